// Goal: the REST API lets in who has a key, and refuses everything else in one form; the catalogue
// says what is loaded. Method: the whole hub, asked over HTTP.

#include "api/element_token.h"
#include "app/api_key_file.h"
#include "app/key_file.h"
#include "integration/api_fixture.h"
#include "store/sqlite/sqlite_api_key_store.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

class ApiAccessTest : public ApiTest {
  protected:
    /// As `ferry keys add`, beside the running hub.
    void addKey(const std::string& name, ApiRole role, const std::string& secret) {
        auto keys = store::sqlite::SqliteApiKeyStore::open(app::apiKeyFile(config_));
        ASSERT_TRUE(keys);
        ASSERT_TRUE((*keys)->add({name, role, sha256(secret), clock_.now()}));
    }
    void revoke(const std::string& name) {
        auto keys = store::sqlite::SqliteApiKeyStore::open(app::apiKeyFile(config_));
        ASSERT_TRUE(keys);
        ASSERT_TRUE((*keys)->remove(name));
    }
    int statusWith(const std::string& authorization) {
        return call("GET", "/elements", {}, authorization).status;
    }
};

TEST_F(ApiAccessTest, RefusesInOneForm) {
    startHub();

    const auto missing = json(401, "GET", "/elements", {}, "");
    EXPECT_THAT(text(missing, "message"), HasSubstr("Authorization header is missing"));
    EXPECT_EQ(text(missing, "requestId").size(), 24U);
    const Answer empty =
        ask(hub_->port(), "GET", "/elements/api-v2/elements", {{"Authorization", ""}});
    EXPECT_EQ(empty.status, 401);
    EXPECT_THAT(empty.body, HasSubstr("Authorization header is empty"));
    const Answer twice =
        ask(hub_->port(),
            "GET",
            "/elements/api-v2/elements",
            {{"Authorization", "User a"}, {"authorization", "Organization b"}});
    EXPECT_EQ(twice.status, 400);
    EXPECT_THAT(twice.body, HasSubstr("more than one Authorization header"));
    const Answer wrong = call("GET", "/elements", {}, "User hunter2, Organization hunter2");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_THAT(wrong.body, testing::Not(HasSubstr("hunter2")));
    EXPECT_EQ(wrong.headers.at("www-authenticate"), "Bearer realm=\"ferry\"");
    EXPECT_THAT(wrong.body, HasSubstr(wrong.headers.at("elements-request-id")));

    json(404, "GET", "/nothing");
    json(405, "DELETE", "/elements");
    json(404, "GET", "/elements/nothing");
    const std::string large(config_.http.body_bytes_max + 1, ' ');
    json(413, "GET", "/elements", large);
}

TEST_F(ApiAccessTest, WhereBrowsersComeEvenWrongPathsArePages) {
    startHub();
    for (const char* path : {"/oauth", "/oauth/", "/oauth/start", "/oauth/start/a/b", "/oauth/x"}) {
        const Answer page = ask(hub_->port(), "GET", path);
        EXPECT_EQ(page.status, 404) << path;
        EXPECT_THAT(page.headers.at("content-type"), HasSubstr("text/html")) << path;
        EXPECT_THAT(page.body, HasSubstr("There is no such page")) << path;
    }
    const Answer posted = ask(hub_->port(), "POST", "/oauth/start/a");
    EXPECT_EQ(posted.status, 405);
    EXPECT_EQ(posted.headers.at("allow"), "GET");
    EXPECT_THAT(posted.headers.at("content-type"), HasSubstr("text/html"));
    for (const char* path : {"/oauth/start/%zz", "/oauth/%", "/oauth/callback%00?code=c"}) {
        const Answer page = ask(hub_->port(), "GET", path);
        EXPECT_EQ(page.status, 400) << path;
        EXPECT_THAT(page.headers.at("content-type"), HasSubstr("text/html")) << path;
        EXPECT_THAT(page.body, HasSubstr("The address is damaged")) << path;
    }
    for (const char* path : {"/nothing", "/nothing/%zz", "/elements/api-v2/elements/%zz"})
        EXPECT_THAT(ask(hub_->port(), "GET", path).body, HasSubstr("requestId")) << path;
}

TEST_F(ApiAccessTest, SeesKeysThatAreMadeAndRevokedBesideIt) {
    startHub();
    EXPECT_EQ(statusWith("Bearer fk_new"), 401);

    addKey("new", ApiRole::Read, "fk_new");
    EXPECT_TRUE(eventually([&] { return statusWith("Bearer fk_new") == 200; }));
    EXPECT_EQ(statusWith(fmt::format("User fk_new, Organization {}", kOrganizationSecret)), 200);

    revoke("new");
    EXPECT_TRUE(eventually([&] { return statusWith("Bearer fk_new") == 401; }));
    EXPECT_EQ(statusWith(platform()), 200);
}

TEST_F(ApiAccessTest, TakesElementTokensOfItsOwn) {
    startHub();
    const auto key = app::readKeyFile(config_.key_file);
    ASSERT_TRUE(key);
    make("alice");
    const InstanceId alice = instance("alice")->id;
    const std::string token = api::ElementTokens(*key).issue(alice);
    const std::string of_none = api::ElementTokens(*key).issue(InstanceId(alice.value + 1));

    EXPECT_EQ(statusWith(platformWith(token)), 200);
    EXPECT_EQ(statusWith(connector(token)), 200);
    EXPECT_EQ(statusWith(connector("x" + token)), 401);
    EXPECT_EQ(statusWith(connector(of_none)), 401);
    EXPECT_EQ(statusWith(platformWith(of_none)), 401);
    EXPECT_EQ(statusWith("User " + std::string(kUserSecret)), 401);
}

TEST_F(ApiAccessTest, AKeyThatAsksTooOftenWaitsAndNoOtherDoes) {
    config_.api.requests_per_second = 1;
    config_.api.requests_burst = 3;
    startHub();
    addKey("other", ApiRole::Read, "fk_other");

    std::vector<int> statuses;
    for (int i = 0; i < 3; ++i)
        statuses.push_back(statusWith(platform()));
    EXPECT_THAT(statuses, testing::Each(200));
    // On a slow machine more of them have a second each.
    Answer limited = call("GET", "/elements");
    for (int i = 0; i < 100 && limited.status == 200; ++i)
        limited = call("GET", "/elements");
    ASSERT_EQ(limited.status, 429);
    EXPECT_EQ(limited.headers.at("retry-after"), "1");
    EXPECT_THAT(limited.body, HasSubstr("api.requests_per_second"));
    EXPECT_EQ(call("GET", "/elements", {}, "Bearer wrong").status, 401) << "whose key is unknown";
    EXPECT_EQ(metric("ferry_api_requests_limited_total"), 1);
    EXPECT_TRUE(eventually([&] { return statusWith("Bearer fk_other") == 200; }));
    EXPECT_TRUE(eventually([&] { return statusWith(platform()) == 200; }));
}

TEST_F(ApiAccessTest, ShowsTheCatalogue) {
    startHub();

    const Answer list = call("GET", "/elements");
    EXPECT_EQ(list.status, 200);
    EXPECT_EQ(list.headers.at("elements-total-count"), "1");
    const auto element = json(200, "GET", "/elements/dropbox");
    EXPECT_EQ(text(element, "key"), "dropbox");
    EXPECT_EQ(text(element, "hub"), "documents");
    EXPECT_EQ(text(element["authentication"], "type"), "oauth2");
    const std::string by_number = fmt::format("/elements/{}", element["id"].GetInt());
    EXPECT_EQ(dump(json(200, "GET", by_number)), dump(element));
    EXPECT_EQ(list.body, "[" + dump(element) + "]");

    const auto metadata = json(200, "GET", "/elements/dropbox/metadata");
    EXPECT_TRUE(metadata["events"]["supported"].GetBool());
    EXPECT_THAT(dump(metadata["events"]["methods"]), HasSubstr("\"webhook\""));
    EXPECT_EQ(
        dump(metadata["events"]["webhook"]["file"]["eventTypes"]),
        R"(["created","updated","deleted","moved"])"
    );
}

TEST_F(ApiAccessTest, ShowsWhatAnInstanceMayConfigure) {
    startHub();

    const auto entries = json(200, "GET", "/elements/dropbox/configuration");
    std::map<std::string, std::string> types;
    std::vector<std::string> required;
    for (const auto& entry : entries.GetArray()) {
        types[text(entry, "key")] = text(entry, "type");
        if (entry["required"].GetBool()) required.push_back(text(entry, "key"));
    }

    EXPECT_EQ(types["event.notification.enabled"], "BOOLEAN");
    EXPECT_EQ(types["event.notification.callback.url"], "TEXTFIELD_1000");
    EXPECT_EQ(types["oauth.api.secret"], "PASSWORD");
    EXPECT_EQ(types["authentication.type"], "COMBO");
    EXPECT_FALSE(types.contains("name"));
    EXPECT_FALSE(types.contains("code"));
    EXPECT_THAT(
        required, testing::ElementsAre("oauth.callback.url", "oauth.api.key", "oauth.api.secret")
    );
}

TEST_F(ApiAccessTest, GuessingKeysIsSlowAndLocksNobodyOutWhoWasIn) {
    startHub();
    json(200, "GET", "/elements");
    int wrong = 0;
    Answer limited;
    for (int i = 0; i < 2'000 && limited.status != 429; ++i) {
        limited = call("GET", "/elements", {}, fmt::format("Bearer guess-{}", i));
        if (limited.status == 401) ++wrong;
    }
    ASSERT_EQ(limited.status, 429);
    EXPECT_EQ(limited.headers.at("retry-after"), "1");
    EXPECT_GE(wrong, 99) << "the first try was a right one";
    EXPECT_EQ(call("GET", "/elements").status, 200);
    EXPECT_EQ(call("GET", "/elements", {}, "").status, 401) << "no key is no guess";
    const std::string login = R"({"username": "ferry.yaml", "password": "guess"})";
    int by_another_door = 0;
    for (int i = 0; i < 200 && by_another_door != 429; ++i)
        by_another_door = call("POST", "/authentication", login, "").status;
    EXPECT_EQ(by_another_door, 429);
    EXPECT_GT(metric("ferry_api_wrong_keys_limited_total"), 0);
}

}  // namespace
}  // namespace ferry::test
