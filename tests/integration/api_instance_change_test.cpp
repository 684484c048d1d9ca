// Goal: an instance is changed without losing its authorization, authorized anew when that is asked
// for, stopped, and removed. Method: the whole hub and a fake Dropbox, asked over HTTP.

#include "integration/api_fixture.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ApiInstanceChangeTest : public ApiTest {
  protected:
    void SetUp() override { startHub(); }

    /// How often the hub has asked for a token so far.
    double authorizations() { return metric("ferry_authorizations_total{result=\"ok\"}"); }
    std::string value(const std::string& path, const char* key) {
        return text(json(200, "GET", path)["configuration"], key);
    }
    std::string withCode(const std::string& account, const std::string& more = {}) {
        return fmt::format(
            R"({{"providerData":{{"code":"{}"}}{}{}}})",
            code(account),
            more.empty() ? "" : ",",
            more
        );
    }
};

TEST_F(ApiInstanceChangeTest, EventsAreSwitchedWithoutANewAuthorization) {
    const std::string path = make("alice");
    ASSERT_TRUE(waitUntilLive("alice"));
    const double before = authorizations();

    const auto on = json(200, "PATCH", path, "{\"configuration\":{" + notify() + "}}");
    EXPECT_TRUE(on["eventsEnabled"].GetBool());
    EXPECT_EQ(text(on, "state"), "running");
    put("/a.txt");
    EXPECT_TRUE(receiver_.waitForEvents(1));

    const auto off =
        json(200, "PATCH", path, R"({"configuration":{"event.notification.enabled":"false"}})");
    EXPECT_FALSE(off["eventsEnabled"].GetBool());
    EXPECT_EQ(text(off["configuration"], "event.notification.callback.url"), receiver_.url());
    EXPECT_EQ(text(off, "state"), "running");
    EXPECT_EQ(authorizations(), before);
}

TEST_F(ApiInstanceChangeTest, WhatHasNoEffectIsToldToWhoWritesIt) {
    const std::string path = make("alice");
    const auto shown = json(200, "GET", path);
    EXPECT_EQ(dump(shown["warnings"]), "[]");
    EXPECT_THAT(text(shown, "webhookUrl"), testing::EndsWith("/elements/api-v2/events/dropbox"));
    const auto written = json(
        200, "PATCH", path, R"({"configuration":{"event.notification.basic.password":"hunter2"}})"
    );
    EXPECT_THAT(
        dump(written["warnings"]),
        AllOf(
            HasSubstr("is not used without 'event.notification.basic.username'"),
            Not(HasSubstr("hunter2"))
        )
    );
    EXPECT_EQ(dump(json(200, "GET", path)["warnings"]), dump(written["warnings"]));
    EXPECT_FALSE(json(200, "GET", "/instances").GetArray()[0].HasMember("warnings"));
}

TEST_F(ApiInstanceChangeTest, AnAccessTokenOfTheCallersMeansNothing) {
    const std::string path = make("alice");
    ASSERT_TRUE(waitUntilLive("alice"));
    const double before = authorizations();
    const auto same =
        json(200, "PATCH", path, R"({"configuration":{"oauth.user.token":"another"}})");
    EXPECT_EQ(text(same, "state"), "running");
    EXPECT_EQ(authorizations(), before);
    EXPECT_EQ(call("GET", "/ping", {}, connector(token_)).status, 200);
}

TEST_F(ApiInstanceChangeTest, ReplacingKeepsTheAuthorizationAndResetsTheRest) {
    const std::string path = make("alice", notify());
    const double before = authorizations();

    // As a caller reads it and sends it back, masks and all.
    const auto shown = json(200, "GET", path);
    const auto same = json(200, "PUT", path, dump(shown));
    EXPECT_EQ(dump(same["configuration"]), dump(shown["configuration"]));

    const auto named = json(200, "PUT", path, R"({"name":"bob","tags":["x"]})");
    EXPECT_EQ(text(named, "name"), "bob");
    EXPECT_EQ(dump(named["tags"]), R"(["x"])");
    EXPECT_EQ(dump(named["configuration"]), dump(shown["configuration"]));

    const auto reset = json(
        200, "PUT", path + "?reAuthenticate=false", R"({"configuration":{"event.baseline":true}})"
    );
    EXPECT_EQ(text(reset["configuration"], "event.baseline"), "true");
    EXPECT_EQ(text(reset["configuration"], "event.notification.enabled"), "false");
    EXPECT_FALSE(reset["configuration"].HasMember("event.notification.callback.url"));
    EXPECT_EQ(text(reset["configuration"], "oauth.api.secret"), "********");
    EXPECT_EQ(text(reset, "state"), "running");
    EXPECT_EQ(authorizations(), before);
}

TEST_F(ApiInstanceChangeTest, ABadChangeChangesNothing) {
    const std::string path = make("alice");
    const std::string before = call("GET", path).body;

    const auto refused = json(
        400, "PATCH", path, R"({"name":"x","configuration":{"event.notification.enabled":true}})"
    );
    EXPECT_THAT(
        text(refused, "message"), HasSubstr("'event.notification.callback.url' is required")
    );
    json(400, "PATCH", path, R"({"element":{"key":"box"}})");
    json(400, "PATCH", path, R"({"tags":[7]})");
    EXPECT_EQ(call("GET", path).body, before);
}

TEST_F(ApiInstanceChangeTest, OneParameterIsChangedOnItsOwn) {
    const std::string path = make("alice", notify());

    const auto changed = json(
        200,
        "PATCH",
        path + "/configuration/event.notification.signature.key",
        R"({"propertyValue":"another"})"
    );
    EXPECT_EQ(text(changed, "propertyValue"), "********");
    const auto by_number = fmt::format("{}/configuration/{}", path, changed["id"].GetInt());
    EXPECT_EQ(
        text(json(200, "PATCH", by_number, R"({"propertyValue":null})"), "propertyValue"), ""
    );
    EXPECT_EQ(value(path, "event.notification.callback.url"), receiver_.url());
    json(400, "PATCH", by_number, "{}");
    json(400, "PATCH", by_number, R"({"propertyValue":[]})");
    json(400, "PATCH", path + "/configuration/event.baseline", R"({"propertyValue":"x"})");
    json(404, "PATCH", path + "/configuration/nothing", R"({"propertyValue":"x"})");
    json(404, "PATCH", path + "/configuration/name", R"({"propertyValue":"x"})");
    const auto by_token = json(
        200,
        "PATCH",
        "/instances/configuration/event.baseline",
        R"({"propertyValue":"true"})",
        platformWith(token_)
    );
    EXPECT_EQ(text(by_token, "propertyValue"), "true");
}

TEST_F(ApiInstanceChangeTest, ACodeAuthorizesAnewInPlace) {
    const std::string path = make("alice");
    fake_->unlink(app_.key, account_);
    postWebhook(std::string(kWebhookTarget), noticeBody(account_), app_.secret);
    ASSERT_TRUE(waitForState("alice", InstanceState::NeedsReauthorization));
    EXPECT_FALSE(json(200, "GET", path)["valid"].GetBool());

    const auto again = json(200, "PATCH", path, withCode(account_));
    EXPECT_EQ(text(again, "state"), "running");
    EXPECT_EQ(text(again, "token"), token_);
}

TEST_F(ApiInstanceChangeTest, AnotherAccountIsRefusedByName) {
    const std::string path = make("alice");
    const std::string bob = fake_->addAccount("Bob", "bob@example.com");
    const std::string before = call("GET", path).body;

    const auto refused =
        json(409, "PUT", path, withCode(bob, R"("configuration":{"event.baseline":true})"));
    EXPECT_THAT(text(refused, "message"), AllOf(HasSubstr(account_), HasSubstr("bob@example.com")));
    EXPECT_THAT(text(refused, "message"), testing::StartsWith("the hub did not take"));
    EXPECT_FALSE(refused.HasMember("providerMessage"));
    json(400, "PUT", path, R"({"providerData":{"code":"wrong"}})");
    EXPECT_EQ(value(path, "event.baseline"), "false");
    EXPECT_EQ(text(json(200, "GET", path), "state"), "running");
}

TEST_F(ApiInstanceChangeTest, AnotherAppWithoutACodeKeepsTheTokens) {
    const std::string path = make("alice");
    ASSERT_TRUE(waitUntilLive("alice"));
    const double before = authorizations();

    const auto kept = json(
        200,
        "PATCH",
        path,
        R"({"configuration":{"oauth.api.key":"another","oauth.api.secret":"other"}})"
    );
    EXPECT_EQ(text(kept, "state"), "running");
    EXPECT_TRUE(kept["valid"].GetBool());
    EXPECT_EQ(authorizations(), before);
    EXPECT_EQ(call("GET", "/ping", {}, connector(token_)).status, 200) << "the token is good";
    const std::string back =
        member("oauth.api.key", app_.key) + "," + member("oauth.api.secret", app_.secret);
    json(200, "PATCH", path, "{\"configuration\":{" + back + "}}");
    fake_->expireAccessTokens(account_);
    EXPECT_EQ(call("GET", "/ping", {}, connector(token_)).status, 200) << "and refreshed";
}

TEST_F(ApiInstanceChangeTest, TheHubItselfTakesNoCallbacks) {
    const std::string path = make("alice", notify());
    for (const char* own :
         {"http://hub.test/oauth/callback", "http://hub.test/elements/api-v2/events/dropbox"}) {
        const std::string url = member("event.notification.callback.url", own);
        const auto refused = json(400, "PATCH", path, "{\"configuration\":{" + url + "}}");
        EXPECT_THAT(
            text(refused, "message"),
            HasSubstr("'event.notification.callback.url' is an address of the hub itself")
        );
    }
    EXPECT_EQ(value(path, "event.notification.callback.url"), receiver_.url());
}

TEST_F(ApiInstanceChangeTest, IsChangedBelowItsConnectorToo) {
    const std::string path = make("alice");
    const std::string with_token = platformWith(token_);
    const std::string below = "/elements/dropbox";

    for (const auto& [at, who] :
         {std::pair(below + path, platform()),
          std::pair(below + std::string("/instances"), with_token)}) {
        const auto off = json(200, "DELETE", at + "/enabled", {}, who);
        EXPECT_TRUE(off["disabled"].GetBool());
        EXPECT_FALSE(json(200, "PUT", at + "/enabled", {}, who)["disabled"].GetBool());
        const std::string entry = at + "/configuration/event.poll.interval";
        const auto patched = json(200, "PATCH", entry, R"({"propertyValue":"7m"})", who);
        EXPECT_EQ(text(patched, "propertyValue"), "420000ms");
        EXPECT_EQ(text(json(200, "GET", entry, {}, who), "propertyValue"), "420000ms");
        EXPECT_GT(json(200, "GET", at + "/configuration", {}, who).Size(), 10U);
        EXPECT_EQ(text(json(200, "PATCH", at, R"({"name":"bob"})", who), "name"), "bob");
        EXPECT_EQ(text(json(200, "PUT", at, R"({"name":"carol"})", who), "name"), "carol");
    }
    json(401, "PATCH", below + "/instances", R"({"name":"x"})");
    json(404, "PATCH", "/elements/box/instances", R"({"name":"x"})", with_token);
    json(404, "PUT", "/elements/box" + path + "/enabled");
    json(200, "DELETE", below + "/instances", {}, with_token);
    json(404, "GET", path);
}

TEST_F(ApiInstanceChangeTest, WithoutAnIdTheTokenSaysWhichOne) {
    make("alice");
    const std::string with_token = platformWith(token_);

    EXPECT_EQ(
        text(json(200, "PATCH", "/instances", R"({"name":"bob"})", with_token), "name"), "bob"
    );
    EXPECT_EQ(
        text(json(200, "PUT", "/instances", R"({"name":"carol"})", with_token), "name"), "carol"
    );
    const auto disabled = json(200, "DELETE", "/instances/enabled", {}, with_token);
    EXPECT_TRUE(disabled["disabled"].GetBool());
    json(200, "PUT", "/instances/enabled", {}, with_token);
    json(401, "PATCH", "/instances", R"({"name":"x"})");
    json(401, "DELETE", "/instances");
    json(200, "DELETE", "/instances", {}, with_token);
    json(401, "PATCH", "/instances", R"({"name":"x"})", with_token);
}

TEST_F(ApiInstanceChangeTest, ADisabledOneStopsAndRunsAgain) {
    const std::string path = make("alice", notify());
    ASSERT_TRUE(waitUntilLive("alice"));

    const auto off = json(200, "DELETE", path + "/enabled");
    EXPECT_TRUE(off["disabled"].GetBool());
    EXPECT_TRUE(off["valid"].GetBool());
    EXPECT_EQ(text(json(200, "DELETE", path + "/enabled"), "state"), "disabled");
    json(409, "PATCH", path, withCode(account_));
    put("/a.txt");

    const auto on = json(200, "PUT", path + "/enabled");
    EXPECT_FALSE(on["disabled"].GetBool());
    EXPECT_EQ(text(on, "state"), "running");
    EXPECT_EQ(text(on, "stateReason"), "");
    EXPECT_TRUE(receiver_.waitForEvents(1));
}

TEST_F(ApiInstanceChangeTest, ARemovedOneIsGone) {
    const std::string path = make("alice");

    EXPECT_EQ(call("DELETE", path).body, "{}");
    json(404, "GET", path);
    json(404, "DELETE", path);
    EXPECT_FALSE(instance("alice"));
    const std::string again = make("alice");
    EXPECT_NE(again, path);
    json(200, "DELETE", "/elements/dropbox" + again);
}

}  // namespace
}  // namespace ferry::test
