// Goal: who has mended what failed, or wants it tried, is not held up by the waits that the failure
// has left behind. Method: the whole hub and a fake Dropbox, asked over HTTP.

#include "integration/api_fixture.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

class ApiInstanceMendTest : public ApiTest {
  protected:
    void SetUp() override { startHub(); }

    int ping() { return call("GET", "/ping", {}, connector(token_)).status; }
};

TEST_F(ApiInstanceMendTest, AMendedSecretHelpsAtOnce) {
    const std::string path = make("alice");
    ASSERT_TRUE(waitUntilLive("alice"));
    const auto setSecret = [&](const std::string& secret) {
        json(
            200,
            "PATCH",
            path + "?reAuthenticate=false",
            "{\"configuration\":{" + member("oauth.api.secret", secret) + "}}"
        );
    };
    setSecret("wrong");
    fake_->expireAccessTokens(account_);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ping(), 502);
    ASSERT_TRUE(eventually([&] { return !reason("alice").empty(); }));
    setSecret(app_.secret);
    EXPECT_EQ(ping(), 200);
    EXPECT_TRUE(eventually([&] { return reason("alice").empty(); }));
    put("/a.txt");
    EXPECT_TRUE(eventually([&] { return loggedEvents().size() == 1; })) << "its drains go on, too";
}

TEST_F(ApiInstanceMendTest, ASecretThatIsMendedInAFileHelpsAtOnce) {
    declare("marketing");
    reload();
    ASSERT_TRUE(waitUntilLive("marketing"));
    const auto id = instance("marketing")->id.value;
    token_ = text(json(200, "GET", fmt::format("/instances/{}", id)), "token");

    declare("marketing", {{"oauth.api.secret", "wrong"}});
    reload();
    fake_->expireAccessTokens(account_);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ping(), 502);
    ASSERT_TRUE(eventually([&] { return !reason("marketing").empty(); }));
    declare("marketing");
    reload();
    EXPECT_EQ(ping(), 200);
    EXPECT_TRUE(eventually([&] { return reason("marketing").empty(); }));
}

TEST_F(ApiInstanceMendTest, EnablingEndsTheWaitAfterAFailure) {
    const std::string path = make("alice");
    ASSERT_TRUE(waitUntilLive("alice"));
    fake_->expireAccessTokens(account_);
    fake_->faults().rateLimit("oauth2/token", 600);
    EXPECT_EQ(ping(), 502);
    EXPECT_EQ(ping(), 502);
    put("/a.txt");

    json(200, "DELETE", path + "/enabled");
    json(200, "PUT", path + "/enabled");

    EXPECT_EQ(ping(), 200);
    EXPECT_TRUE(eventually([&] { return loggedEvents().size() == 1; })) << "its drains go on, too";
}

}  // namespace
}  // namespace ferry::test
