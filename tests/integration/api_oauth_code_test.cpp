// Goal: a code makes an instance that runs, whoever has made its URL, when and in which order.
// Method: the whole hub and a fake Dropbox that uses a code up with a wrong verifier, or also with
// one too many.

#include "integration/oauth_url_fixture.h"

#include <fmt/format.h>

#include <fstream>

namespace ferry::test {
namespace {

class ApiOauthCodeTest : public OauthUrlFixture {};

TEST_F(ApiOauthCodeTest, EveryUrlHasPkceAndCodesComeInAnyOrder) {
    fake_->setSurplusVerifierEndsCode(true);
    const std::string anonymous = urlOf(kTarget + query(), "");
    EXPECT_EQ(valueIn(anonymous, "token_access_type"), "offline");
    EXPECT_EQ(valueIn(anonymous, "code_challenge_method"), "S256");
    const std::string keyed = urlOf(kTarget + query("&state=s-1"));
    EXPECT_EQ(valueIn(keyed, "code_challenge"), valueIn(anonymous, "code_challenge"));
    const std::string other = urlOf(kTarget + query("&state=s-2"), "");

    // All are agreed to before the first code comes back, and that is not of the first URL.
    const std::string first = codeOf(anonymous);
    const std::string second = codeOf(keyed);
    const std::string third = codeOf(other);
    expectRuns(third, "carol");
    expectRuns(first, "alice");
    stopHub();
    startHub();
    expectRuns(second, "bob");
    expectRuns(codeOf(anonymous), "dave");
    EXPECT_EQ(fake_->requests("oauth2/token"), 4U) << "no guess was needed";
}

TEST_F(ApiOauthCodeTest, TheCallerMaySendTheStateAlong) {
    const std::string back = consent(urlOf(kTarget + query("&state=s-1")));
    const auto made = json(
        200,
        "POST",
        "/elements/dropbox/instances",
        fmt::format(
            R"({{"providerData":{{"code":"{}","state":"s-1"}},"name":"alice","configuration":{}}})",
            valueIn(back, "code"),
            configuration()
        )
    );
    EXPECT_EQ(text(made, "state"), "running") << dump(made);
}

TEST_F(ApiOauthCodeTest, AUrlThatWasKeptIsGoodAfterARestart) {
    const std::string url = urlOf(kTarget + query());
    expectRuns(codeOf(url), "alice");
    stopHub();
    startHub();

    expectRuns(codeOf(url), "bob");
}

TEST_F(ApiOauthCodeTest, CodesOfUrlsMadeElsewhereAreAsGood) {
    expectRuns(code(), "alice");
    EXPECT_EQ(fake_->requests("oauth2/token"), 1U) << "no guess was needed";

    const std::string url = urlOf(kTarget + query());
    EXPECT_EQ(valueIn(url, "code_challenge_method"), "S256");
    expectRuns(code(), "bob");
    expectRuns(codeOf(url), "carol");
    stopHub();
    startHub();
    expectRuns(codeOf(url), "dave");
    expectRuns(code(), "eve");
}

TEST_F(ApiOauthCodeTest, WhoMakesAllUrlsElsewhereLosesNoCodeToAGuess) {
    fake_->setSurplusVerifierEndsCode(true);
    expectRuns(code(), "alice");
    json(200, "GET", kTarget + query() + "%2Fother", {}, "");
    stopHub();
    startHub();

    expectRuns(code(), "bob");
    EXPECT_EQ(fake_->requests("oauth2/token"), 2U) << "no guess was needed";
}

TEST_F(ApiOauthCodeTest, ACodeOfAFileIsExchangedInTheSameWay) {
    const std::string code = codeOf(urlOf(kTarget + query()));
    std::ofstream(folder_.path() / "instances" / "filed.yaml") << fmt::format(
        "name: filed\nkey: dropbox\ncode: {}\noauth.api.key: {}\noauth.api.secret: {}\n"
        "oauth.callback.url: {}\n",
        code,
        app_.key,
        app_.secret,
        kRedirectUri
    );
    reload();

    EXPECT_TRUE(waitForState("filed", InstanceState::Running)) << reason("filed");
}

}  // namespace
}  // namespace ferry::test
