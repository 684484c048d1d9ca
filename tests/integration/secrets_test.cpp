// Goal: no secret is ever in plain text where a person or a thief may look: log, errors, metrics,
// store. Method: a run with successes and failures, then a search for the bytes of each secret.

#include "integration/hub_fixture.h"

#include <fstream>

namespace ferry::test {
namespace {

namespace fs = std::filesystem;

std::string readAll(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class SecretsTest : public HubTest {
  protected:
    void expectNoSecretIn(const std::string& text, const std::string& where) const {
        for (const auto& [name, secret] : secrets_) {
            ASSERT_GE(secret.size(), 8U) << name;
            EXPECT_EQ(text.find(secret), std::string::npos) << name << " is in " << where;
        }
    }

    std::map<std::string, std::string> secrets_;
};

TEST_F(SecretsTest, AreNowhereInPlainText) {
    const demo::IssuedTokens direct = fake_->link(app_.key, account_);
    declare("oauth");
    declare(
        "direct",
        {{"authentication.type", "apiKey"},
         {"dropbox.authorization.apikey", direct.access_token},
         {"oauth.api.key", ""},
         {"oauth.callback.url", ""}}
    );
    declare("wrong", {{"oauth.api.secret", "wrong-secret-of-the-app"}});
    startHub();
    ASSERT_TRUE(waitUntilLive("oauth"));
    ASSERT_TRUE(waitUntilLive("direct"));
    secrets_ = {
        {"the app secret", app_.secret},
        {"the wrong app secret", "wrong-secret-of-the-app"},
        {"the refresh token", refresh_tokens_.at("oauth")},
        {"the access key", direct.access_token},
        {"the signature key", signature_key_}};

    put("/one.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    // Failures, whose texts quote what came back.
    fake_->faults().nextListing(demo::FaultKind::BadCall);
    put("/two.txt");
    ASSERT_TRUE(waitForLog("drain failed"));
    fake_->expireAccessTokens(account_);
    fake_->faults().next("oauth2/token", demo::FaultKind::InvalidGrant);
    postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret);
    ASSERT_TRUE(waitForState("oauth", InstanceState::NeedsReauthorization));
    ASSERT_TRUE(waitForState("direct", InstanceState::NeedsReauthorization));
    ASSERT_TRUE(eventually([&] { return !reason("wrong").empty(); }));

    expectNoSecretIn(logText(), "the log");
    expectNoSecretIn(metricsText(), "the metrics");
    for (const char* name : {"oauth", "direct", "wrong"})
        expectNoSecretIn(reason(name), "a reason");
    for (const auto& request : receiver_.requests())
        expectNoSecretIn(request.body, "a callback");
    int files = 0;
    for (const auto& file : fs::recursive_directory_iterator(config_.data_dir)) {
        if (!file.is_regular_file()) continue;
        ++files;
        expectNoSecretIn(readAll(file.path()), file.path().string());
    }
    EXPECT_GE(files, 3) << "database, write-ahead log and key";
    EXPECT_TRUE(fs::exists(config_.data_dir / "ferry.db-wal"));
    EXPECT_NE(readAll(config_.data_dir / "ferry.db-wal").find("oauth"), std::string::npos)
        << "the search looks at the right bytes";
}

TEST_F(SecretsTest, TheStoreIsReadableByItsOwnerAlone) {
    startWith("marketing");
    // Whoever may not enter the folder can't read what is in it.
    EXPECT_EQ(fs::status(config_.data_dir).permissions(), fs::perms::owner_all);
}

}  // namespace
}  // namespace ferry::test
