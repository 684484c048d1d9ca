// Goal: a caller leads a user through the consent page by itself: asks the hub for the URL, comes
// back with the code, and has an instance that runs, with PKCE on the way. Method: the whole hub
// and the fake Dropbox.

#include "integration/oauth_url_fixture.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ApiOauthUrlTest : public OauthUrlFixture {};

TEST_F(ApiOauthUrlTest, LeadsFromTheUrlToAnInstanceThatRuns) {
    const std::string url = urlOf(kTarget + query());

    EXPECT_EQ(valueIn(url, "client_id"), app_.key);
    EXPECT_EQ(valueIn(url, "redirect_uri"), kRedirectUri);
    EXPECT_EQ(valueIn(url, "state"), "dropbox");
    EXPECT_EQ(valueIn(url, "token_access_type"), "offline");
    EXPECT_EQ(valueIn(url, "code_challenge_method"), "S256");
    EXPECT_EQ(valueIn(url, "code_challenge").size(), 43U);
    EXPECT_THAT(url, Not(HasSubstr(app_.secret)));
    const std::string back = consent(url);
    EXPECT_TRUE(back.starts_with(kRedirectUri)) << back;
    EXPECT_EQ(valueIn(back, "state"), "dropbox");

    expectRuns(valueIn(back, "code"), "alice");
    EXPECT_EQ(fake_->requests("oauth2/token"), 1U) << "no guess was needed";
    ASSERT_TRUE(waitUntilLive("alice"));
}

TEST_F(ApiOauthUrlTest, AConsentThatAnotherProgramAsksForIsNotBegunHere) {
    stopHub();
    declare(
        "marketing",
        {{"oauth.user.refresh_token", ""}, {"oauth.callback.url", "https://app.example/authorized"}}
    );
    startHub();
    const Answer page = ask(hub_->port(), "GET", "/oauth/start/marketing");
    EXPECT_EQ(page.status, 409);
    for (const char* part :
         {"https://app.example/authorized", "/elements/dropbox/oauth/url", "providerData.code"})
        EXPECT_THAT(page.body, HasSubstr(part));

    const auto list = json(200, "GET", "/instances");
    const auto& waits = list[0];
    const std::string url = "http://hub.test/elements/api-v2/elements/dropbox/oauth/url";
    EXPECT_EQ(text(waits["provisionInteractions"][0], "url"), url);
    for (const auto state :
         {InstanceState::AwaitingAuthorization, InstanceState::NeedsReauthorization}) {
        ASSERT_TRUE(hub_->store().instances().setState(
            instance("marketing")->id, state, "a test", clock_.now()
        ));
        const auto refused = json(401, "GET", "/ping", {}, connector(text(waits, "token")));
        for (const std::string& part : {"GET " + url, std::string("providerData.code")})
            EXPECT_THAT(text(refused, "message"), HasSubstr(part));
        EXPECT_THAT(text(refused, "message"), Not(HasSubstr("/oauth/start")));
        EXPECT_THAT(text(refused, "message"), HasSubstr("with the instance's Element token"));
        const std::string consent_url = urlOf(kTarget, connector(text(waits, "token")));
        EXPECT_EQ(valueIn(consent_url, "redirect_uri"), "https://app.example/authorized");
    }
}

TEST_F(ApiOauthUrlTest, StateAndScopeAreThoseOfTheCaller) {
    const std::string state = "a/b c+d&e=f?\u00e9\"#";
    const std::string url = urlOf(
        kTarget +
        query("&scope=account_info.read+files.metadata.read&state=" + percentEncode(state))
    );

    EXPECT_EQ(valueIn(url, "scope"), "account_info.read files.metadata.read");
    const std::string back = consent(url);
    EXPECT_EQ(valueIn(back, "state"), state);
    expectRuns(valueIn(back, "code"), "alice");
}

TEST_F(ApiOauthUrlTest, TakesABodyInPlaceOfAQuery) {
    const std::string body = fmt::format(
        R"({{"apiKey":"{}","apiSecret":"{}","callbackUrl":"{}","state":"s-1","siteAddress":"x",)"
        R"("isOAuthProxy":false,"oauthProxyName":"p","requestToken":null}})",
        app_.key,
        app_.secret,
        kRedirectUri
    );

    const auto answer = json(200, "POST", kTarget, body);

    EXPECT_EQ(
        text(answer, "oauthUrl"), urlOf(kTarget + query("&state=s-1&siteAddress=x&requestToken=y"))
    );
    expectRuns(codeOf(text(answer, "oauthUrl")), "alice");
}

TEST_F(ApiOauthUrlTest, AnElementTokenSaysWhatIsLeftOut) {
    const std::string made = urlOf(kTarget + query());
    expectRuns(codeOf(made), "alice");
    const std::string path = fmt::format("/instances/{}", instance("alice")->id.value);

    const std::string url = urlOf(kTarget, connector(token_));
    EXPECT_EQ(url, made);
    EXPECT_EQ(text(json(200, "POST", kTarget, "{}", platformWith(token_)), "oauthUrl"), url);
    const std::string other = urlOf(kTarget + std::string("?apiKey=other"), connector(token_));
    EXPECT_EQ(valueIn(other, "client_id"), "other");
    EXPECT_EQ(valueIn(other, "redirect_uri"), kRedirectUri);

    const std::string scope = "account_info.read files.metadata.read";
    json(200, "PATCH", path, "{\"configuration\":{" + member("oauth.scope", scope) + "}}");
    const std::string narrow = urlOf(kTarget, connector(token_));
    EXPECT_EQ(valueIn(narrow, "scope"), scope);
    const auto again = json(
        200, "PATCH", path, fmt::format(R"({{"providerData":{{"code":"{}"}}}})", codeOf(narrow))
    );
    EXPECT_EQ(text(again, "state"), "running");
    EXPECT_EQ(fake_->requests("oauth2/token"), 2U) << "no guess was needed";
}

TEST_F(ApiOauthUrlTest, AHeaderThatIsSentMustBeGood) {
    const std::string path = make("alice");
    const std::string reader = addReader();
    ASSERT_TRUE(eventually([&] { return call("GET", "/elements", {}, reader).status == 200; }));

    json(200, "GET", kTarget + query(), {}, reader);
    json(200, "GET", kTarget + query(), {}, platform());
    json(401, "GET", kTarget + query(), {}, "User wrong, Organization wrong");
    json(401, "GET", kTarget + query(), {}, "Basic eDp5");
    json(401, "GET", kTarget + query(), {}, platformWith("wrong"));
    json(401, "POST", kTarget, "{}", "Bearer wrong");
    json(200, "GET", kTarget, {}, platformWith(token_));
    json(200, "DELETE", path);
    json(401, "GET", kTarget + query(), {}, platformWith(token_));
}

TEST_F(ApiOauthUrlTest, SaysWhatIsWrong) {
    const auto missing = json(400, "GET", kTarget, {}, "");
    EXPECT_THAT(text(missing, "message"), HasSubstr("'apiKey' and 'callbackUrl' are missing"));
    json(400, "POST", kTarget, "{}", "");
    json(400, "POST", kTarget, R"({"apiKey":7})", "");
    json(400, "POST", kTarget, "", "");
    const auto relative =
        json(400, "GET", kTarget + std::string("?apiKey=k&callbackUrl=%2Fauth"), {}, "");
    EXPECT_THAT(text(relative, "message"), HasSubstr("'callbackUrl' does not begin with https://"));
    const auto long_one =
        json(400, "GET", kTarget + query("&state=" + std::string(3'000, 's')), {}, "");
    EXPECT_THAT(text(long_one, "message"), HasSubstr("'state' is longer than"));

    const auto unknown = json(404, "GET", "/elements/box/oauth/url" + query(), {}, "");
    EXPECT_THAT(text(unknown, "message"), HasSubstr("no connector 'box'"));
    json(404, "GET", "/elements/dropbox/oauth/token" + query(), {}, "");
    json(404, "GET", "/elements/dropbox/oauth/url/default", {}, "");
    json(405, "DELETE", kTarget, {}, "");
}

TEST_F(ApiOauthUrlTest, TheSecretOfAQueryIsNowhereInTheLog) {
    const std::string secret = "secret-of-a-query-0123";
    const std::string with = "&apiSecret=" + secret;
    const std::string good =
        "?apiKey=" + app_.key + "&callbackUrl=" + percentEncode(kRedirectUri) + with;
    const auto expectNotIn = [&](const Answer& answer, int status) {
        EXPECT_EQ(answer.status, status);
        EXPECT_THAT(answer.body, Not(HasSubstr(secret)));
    };
    expectNotIn(call("GET", kTarget + good, {}, ""), 200);
    expectNotIn(call("GET", kTarget + std::string("?apiKey=k") + with, {}, ""), 400);
    expectNotIn(call("GET", "/elements/box/oauth/url?apiKey=k" + with, {}, ""), 404);
    expectNotIn(call("GET", kTarget + good, {}, "Bearer wrong"), 401);
    expectNotIn(call("GET", kTarget + good + std::string(3'000, 'x'), {}, ""), 400);
    // Refused before there is a route: by its length, and by what is in it.
    const std::string whole = "/elements/api-v2" + std::string(kTarget) + good;
    expectNotIn(ask(hub_->port(), "GET", whole + std::string(20'000, 'x')), 414);
    expectNotIn(ask(hub_->port(), "GET", whole + "\x01"), 400);
    EXPECT_TRUE(waitForLog("a request was refused")) << "there is a line that could tell";
    EXPECT_THAT(logText(), Not(HasSubstr(secret)));
}

TEST_F(ApiOauthUrlTest, TheDocumentSaysThatNoHeaderIsNeeded) {
    rapidjson::Document document;
    document.Parse(ask(hub_->port(), "GET", "/elements/api-v2/openapi.json").body.c_str());
    ASSERT_FALSE(document.HasParseError());
    for (const char* method : {"get", "post"}) {
        const auto& operation = document["paths"]["/elements/{keyOrId}/oauth/url"][method];
        EXPECT_EQ(dump(operation["security"]), R"([{},{"openConnectors":[]},{"apiKey":[]}])");
        EXPECT_TRUE(operation["responses"].HasMember("401")) << "for a header that is wrong";
        EXPECT_TRUE(operation["responses"].HasMember("501"));
    }
}

}  // namespace
}  // namespace ferry::test
