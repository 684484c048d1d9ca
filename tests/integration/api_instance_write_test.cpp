// Goal: instances are made, changed, stopped and removed as callers of the Open Connectors API do
// it. Method: the whole hub and a fake Dropbox, asked over HTTP with the JSON of the vendor's page.

#include "integration/api_fixture.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ApiInstanceWriteTest : public ApiTest {
  protected:
    void SetUp() override { startHub(); }
};

TEST_F(ApiInstanceWriteTest, MakesOneFromTheJsonOfTheVendorsPage) {
    const auto made = json(200, "POST", "/instances", body("alice", notify()));

    EXPECT_TRUE(made["valid"].GetBool());
    EXPECT_EQ(text(made, "name"), "alice");
    EXPECT_EQ(dump(made["tags"]), R"(["tenant-7"])");
    EXPECT_EQ(text(made, "accountId"), account_);
    EXPECT_EQ(text(made["configuration"], "document.tagging"), "false");
    EXPECT_EQ(text(made["configuration"], "event.notification.enabled"), "true");
    EXPECT_EQ(text(made["configuration"], "oauth.api.secret"), "********");
    EXPECT_FALSE(made.HasMember("providerData"));
    ASSERT_TRUE(waitUntilLive("alice"));
    put("/a.txt");
    EXPECT_TRUE(receiver_.waitForEvents(1));
}

TEST_F(ApiInstanceWriteTest, MakesOneBelowItsConnectorAndWithTextsForBooleans) {
    const auto made = json(
        200,
        "POST",
        "/elements/dropbox/instances",
        fmt::format(
            R"({{"name":"x","configuration":{},"externalAuthentication":"initial"}})",
            configuration(
                R"("event.notification.enabled":"false","bulk.query.format":"","event.vendor.type":)"
                R"("webhooks","filter.response.nulls":"true",)" +
                member("oauth.user.refresh_token", fake_->linkedRefreshToken(app_.key, account_))
            )
        )
    );

    EXPECT_EQ(text(made, "state"), "running");
    EXPECT_EQ(text(made, "externalAuthentication"), "initial");
    EXPECT_EQ(text(made["configuration"], "event.notification.enabled"), "false");
    EXPECT_EQ(text(made["configuration"], "oauth.user.refresh_token"), "********");
}

TEST_F(ApiInstanceWriteTest, WithoutACodeWaitsForAPerson) {
    const auto made = json(
        200,
        "POST",
        "/instances",
        fmt::format(
            R"({{"element":{{"key":"dropbox"}},"name":"waits","configuration":{}}})",
            configuration()
        )
    );

    EXPECT_EQ(text(made, "state"), "awaiting-authorization");
    EXPECT_EQ(text(made["provisionInteractions"][0], "url"), "http://hub.test/oauth/start/waits");
}

TEST_F(ApiInstanceWriteTest, SaysEverythingThatIsWrongAtOnce) {
    const auto refused = json(
        400,
        "POST",
        "/instances",
        R"({"element":{"key":"dropbox"},"name":"x","configuration":{"oauth.api.key":"hunter2",)"
        R"("event.notification.enabled":"maybe","event.notification.enabld":true}})"
    );

    EXPECT_THAT(
        text(refused, "message"),
        AllOf(
            HasSubstr("'oauth.api.secret' is required"),
            HasSubstr("'oauth.callback.url' is required"),
            HasSubstr("'event.notification.enabled' is neither true nor false"),
            HasSubstr("unknown parameter 'event.notification.enabld'"),
            HasSubstr("did you mean 'event.notification.enabled'"),
            Not(HasSubstr("hunter2"))
        )
    );
    EXPECT_EQ(call("GET", "/instances").body, "[]");
}

TEST_F(ApiInstanceWriteTest, RefusesWhatIsNoInstance) {
    for (const char* body :
         {"",
          "[]",
          "{",
          R"({"name":"x"})",
          R"({"element":{"key":"box"},"name":"x"})",
          R"({"element":"dropbox","name":"x"})",
          R"({"element":{"key":"dropbox"}})",
          R"({"element":{"key":"dropbox"},"name":""})",
          R"({"element":{"key":"dropbox"},"name":"<b></b>"})",
          R"({"element":{"key":"dropbox"},"name":7})",
          R"({"element":{"key":"dropbox"},"name":"x","tags":"y"})",
          R"({"element":{"key":"dropbox"},"name":"x","configuration":[]})",
          R"({"element":{"key":"dropbox"},"name":"x","providerData":{"code":7}})",
          R"({"element":{"key":"dropbox"},"name":"x","externalAuthentication":"later"})"}) {
        EXPECT_EQ(call("POST", "/instances", body).status, 400) << body;
    }
    json(404, "POST", "/elements/box/instances", R"({"name":"x"})");
    json(400, "POST", "/elements/dropbox/instances", R"({"element":{"key":"box"},"name":"x"})");
}

TEST_F(ApiInstanceWriteTest, ACodeThatIsRefusedLeavesNothing) {
    const auto refused = json(
        400,
        "POST",
        "/instances",
        fmt::format(
            R"({{"element":{{"key":"dropbox"}},"name":"x","providerData":{{"code":"wrong"}},)"
            R"("configuration":{}}})",
            configuration()
        )
    );

    EXPECT_THAT(text(refused, "message"), HasSubstr("did not authorize"));
    EXPECT_THAT(text(refused, "providerMessage"), testing::StartsWith("{\"error_description\":"));
    EXPECT_EQ(call("GET", "/instances").body, "[]");
}

TEST_F(ApiInstanceWriteTest, AProviderThatFailsIsNoFaultOfTheHub) {
    const auto creation = [&](int status) {
        const auto refused = json(status, "POST", "/instances", body("alice"));
        EXPECT_THAT(text(refused, "message"), HasSubstr("did not authorize"));
        EXPECT_EQ(call("GET", "/instances").body, "[]");
    };
    fake_->faults().serverError("oauth2/token", 503);
    creation(502);
    fake_->faults().serverError("users/get_current_account", 500);
    creation(502);
    fake_->faults().next("oauth2/token", demo::FaultKind::ResetConnection);
    creation(502);
    fake_->faults().rateLimit("users/get_current_account", 7);
    creation(429);

    const std::string path = make("alice");
    fake_->faults().serverError("oauth2/token", 503);
    const std::string again = fmt::format(R"({{"providerData":{{"code":"{}"}}}})", code());
    const Answer failed = call("PATCH", path, again);
    EXPECT_EQ(failed.status, 502) << failed.body;
    EXPECT_EQ(failed.headers.at("retry-after"), "5");
}

TEST_F(ApiInstanceWriteTest, ARedirectToNoPageOfTheHubIsRefused) {
    const auto refused = json(
        400,
        "POST",
        "/instances",
        R"({"element":{"key":"dropbox"},"name":"x","configuration":{"oauth.api.key":"k",)"
        R"("oauth.api.secret":"s","oauth.callback.url":"http://hub.test/oauth/callbak"}})"
    );
    EXPECT_THAT(
        text(refused, "message"), HasSubstr("did you mean http://hub.test/oauth/callback?")
    );
}

TEST_F(ApiInstanceWriteTest, NamesAndTagsLoseTheirMarkup) {
    const auto made = json(
        200,
        "POST",
        "/instances",
        fmt::format(
            R"({{"element":{{"key":"dropbox"}},"name":"<a href='#' onClick='x'>alice</a>",)"
            R"("tags":["<script>alert(1)</script>red","red",{{"id":1,"name":"<i>blue</i>"}}],)"
            R"("configuration":{}}})",
            configuration()
        )
    );

    EXPECT_EQ(text(made, "name"), "alice");
    EXPECT_EQ(dump(made["tags"]), R"(["red","blue"])");
}

TEST_F(ApiInstanceWriteTest, ANameThatIsTakenGetsANumber) {
    make("alice");
    EXPECT_EQ(text(json(200, "POST", "/instances", body("alice")), "name"), "alice (2)");
    const auto third = json(200, "POST", "/instances", body("alice"));
    EXPECT_EQ(text(third, "name"), "alice (3)");
    // Its own name is not taken.
    const auto same = json(
        200,
        "PATCH",
        fmt::format("/instances/{}", third["id"].GetInt()),
        R"x({"name":"alice (3)"})x"
    );
    EXPECT_EQ(text(same, "name"), "alice (3)");
}

TEST_F(ApiInstanceWriteTest, OfAFileIsReadOnlyAndSaysWhereItIs) {
    declare("filed", {{"oauth.user.refresh_token", ""}});
    reload();
    const std::string path = fmt::format("/instances/{}", instance("filed")->id.value);

    for (const auto& [method, target, body] : std::vector<std::array<std::string, 3>>{
             {"PATCH", path, R"({"name":"x"})"},
             {"PUT", path, R"({"name":"x"})"},
             {"DELETE", path, ""},
             {"DELETE", path + "/enabled", ""},
             {"PATCH", path + "/configuration/event.baseline", R"({"propertyValue":true})"}}) {
        const auto refused = json(409, method, target, body);
        EXPECT_THAT(text(refused, "message"), HasSubstr("filed.yaml:2")) << method << target;
    }
    // It is enabled: nothing of it changes, and its callback is switched on.
    json(200, "PUT", path + "/enabled");
}

TEST_F(ApiInstanceWriteTest, AKeyThatReadsMayNotWrite) {
    const std::string path = make("alice");
    const std::string reader = addReader();

    ASSERT_TRUE(eventually([&] { return call("GET", path, {}, reader).status == 200; }));
    json(403, "POST", "/instances", "{}", reader);
    json(403, "PATCH", path, R"({"name":"x"})", reader);
    json(403, "DELETE", path, {}, reader);
    json(200, "GET", path, {}, reader);
}

}  // namespace
}  // namespace ferry::test
