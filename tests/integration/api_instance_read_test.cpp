// Goal: instances are read as the Open Connectors API shows them, and nothing secret with them.
// Method: the whole hub with instances of files, asked over HTTP.

#include "integration/api_fixture.h"

#include <fmt/format.h>

#include <set>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ApiInstanceReadTest : public ApiTest {
  protected:
    /// Instances that wait for a person, so that nothing is asked of the provider.
    void declareWaiting(const std::string& name) {
        declare(name, {{"oauth.user.refresh_token", ""}});
    }

    std::vector<std::string> names(std::string_view target) {
        std::vector<std::string> found;
        const auto list = json(200, "GET", target);
        for (const auto& item : list.GetArray())
            found.push_back(text(item, "name"));
        return found;
    }
};

TEST_F(ApiInstanceReadTest, ShowsOneWithItsTokenAndWithoutItsSecrets) {
    startWith("marketing");
    const auto id = instance("marketing")->id;

    const auto shown = json(200, "GET", fmt::format("/instances/{}", id.value));
    EXPECT_EQ(shown["id"].GetInt64(), id.value);
    EXPECT_EQ(text(shown, "name"), "marketing");
    EXPECT_TRUE(shown["valid"].GetBool());
    EXPECT_FALSE(shown["disabled"].GetBool());
    EXPECT_TRUE(shown["eventsEnabled"].GetBool());
    EXPECT_EQ(text(shown["element"], "key"), "dropbox");
    EXPECT_EQ(shown["elementId"].GetInt(), shown["element"]["id"].GetInt());
    EXPECT_EQ(text(shown, "accountId"), account_);
    EXPECT_THAT(text(shown, "source"), HasSubstr("marketing.yaml:"));
    EXPECT_EQ(shown["user"]["id"].GetInt(), 1);
    const auto& configuration = shown["configuration"];
    EXPECT_EQ(text(configuration, "event.notification.enabled"), "true");
    EXPECT_EQ(text(configuration, "event.notification.callback.url"), receiver_.url());
    EXPECT_EQ(text(shown, "eventsNotificationCallbackUrl"), receiver_.url());
    EXPECT_EQ(text(shown, "externalAuthentication"), "initial");
    for (const char* secret :
         {"oauth.api.key",
          "oauth.api.secret",
          "oauth.user.refresh_token",
          "event.notification.signature.key"}) {
        EXPECT_EQ(text(configuration, secret), "********") << secret;
    }
    const std::string all = dump(shown);
    for (const std::string& secret :
         {app_.key, app_.secret, signature_key_, refresh_tokens_["marketing"]}) {
        EXPECT_THAT(all, Not(HasSubstr(secret)));
    }
}

TEST_F(ApiInstanceReadTest, IsFoundBelowItsConnectorToo) {
    declareWaiting("a");
    startHub();
    ASSERT_TRUE(eventually([&] { return !reason("a").empty(); }));
    const auto id = instance("a")->id.value;

    const auto direct = json(200, "GET", fmt::format("/instances/{}", id));
    const Answer below = call("GET", fmt::format("/elements/dropbox/instances/{}", id));
    EXPECT_EQ(below.body, dump(direct));
    EXPECT_EQ(below.headers.at("elements-element-instance-id"), std::to_string(id));
    const auto by_number =
        fmt::format("/elements/{}/instances/{}", direct["elementId"].GetInt(), id);
    EXPECT_EQ(call("GET", by_number).status, 200);
    json(404, "GET", fmt::format("/elements/box/instances/{}", id));
}

TEST_F(ApiInstanceReadTest, ThatIsNotThereIs404) {
    startHub();
    for (const char* id : {"1", "0", "-1", "x", "1x", "99999999999999999999", "%FF"})
        json(404, "GET", std::string("/instances/") + id);
}

TEST_F(ApiInstanceReadTest, ThatWaitsShowsTheLinkToOpen) {
    declareWaiting("new one");
    startHub();

    const auto shown =
        json(200, "GET", fmt::format("/instances/{}", instance("new one")->id.value));
    EXPECT_FALSE(shown["valid"].GetBool());
    EXPECT_EQ(text(shown, "state"), "awaiting-authorization");
    EXPECT_EQ(
        text(shown["provisionInteractions"][0], "url"), "http://hub.test/oauth/start/new%20one"
    );
}

TEST_F(ApiInstanceReadTest, ListsInPages) {
    for (const char* name : {"a", "b", "c", "d", "e"})
        declareWaiting(name);
    startHub();

    EXPECT_THAT(names("/instances"), testing::UnorderedElementsAre("a", "b", "c", "d", "e"));
    std::set<std::string> seen;
    std::string target = "/instances?pageSize=2";
    for (int page = 0; page < 3; ++page) {
        const Answer answer = call("GET", target);
        ASSERT_EQ(answer.status, 200);
        EXPECT_EQ(answer.headers.at("elements-returned-count"), page == 2 ? "1" : "2");
        EXPECT_EQ(answer.headers.at("elements-total-count"), "5");
        for (const std::string& name : names(target))
            EXPECT_TRUE(seen.insert(name).second) << name;
        ASSERT_EQ(answer.headers.contains("elements-next-page-token"), page < 2);
        if (page == 2) break;
        target = "/instances?pageSize=2&nextPage=" + answer.headers.at("elements-next-page-token");
    }
    EXPECT_EQ(seen.size(), 5U);
    EXPECT_EQ(names("/elements/dropbox/instances").size(), 5U);
    json(404, "GET", "/elements/nothing/instances");
    json(400, "GET", "/instances?pageSize=0");
    json(400, "GET", "/instances?page=2");
    json(400, "GET", "/instances?nextPage=x");
}

TEST_F(ApiInstanceReadTest, ListsWhatIsLookedFor) {
    declareWaiting("alice");
    declareWaiting("malice");
    declareWaiting("bob");
    startHub();

    EXPECT_THAT(names("/instances?searchText=ALICE"), ElementsAre("alice", "malice"));
    EXPECT_EQ(names("/instances?searchText=dropbox").size(), 3U);
    EXPECT_EQ(names("/instances?tags[]=").size(), 3U);
    // As the original: nothing found is 404, and a list without anything in it is not.
    const auto nothing = json(404, "GET", "/instances?searchText=nobody");
    EXPECT_THAT(text(nothing, "message"), HasSubstr("no instance"));
    json(404, "GET", "/instances?tags[]=red");
    json(404, "GET", "/instances?tags%5B%5D=red&searchText=alice");
    const Answer brief = call("GET", "/instances?hydrate=false");
    EXPECT_THAT(brief.body, Not(HasSubstr("\"configuration\"")));
}

TEST_F(ApiInstanceReadTest, AnEmptyListIsAListAllTheSame) {
    startHub();

    EXPECT_EQ(call("GET", "/instances").body, "[]");
    EXPECT_EQ(call("GET", "/elements/dropbox/instances").body, "[]");
}

TEST_F(ApiInstanceReadTest, ShowsItsConfigurationEntryByEntry) {
    declareWaiting("a");
    startHub();
    const auto shown = json(200, "GET", fmt::format("/instances/{}", instance("a")->id.value));
    const std::string path = fmt::format("/instances/{}/configuration", shown["id"].GetInt64());

    std::map<std::string, std::string> values;
    std::map<std::string, int> ids;
    const auto entries = json(200, "GET", path);
    for (const auto& entry : entries.GetArray()) {
        values[text(entry, "key")] = text(entry, "propertyValue");
        ids[text(entry, "key")] = entry["id"].GetInt();
    }
    EXPECT_EQ(values["event.notification.enabled"], "true");
    EXPECT_EQ(values["oauth.api.secret"], "********");
    EXPECT_EQ(values["oauth.user.refresh_token"], "");
    EXPECT_EQ(ids.size(), values.size());

    const auto one =
        json(200, "GET", fmt::format("{}/{}", path, ids["event.notification.enabled"]));
    EXPECT_EQ(text(one, "propertyValue"), "true");
    EXPECT_EQ(dump(json(200, "GET", path + "/event.notification.enabled")), dump(one));
    json(404, "GET", path + "/nothing");
    // Without an id the token says which one; without a token nobody can.
    const std::string with_token = platformWith(text(shown, "token"));
    EXPECT_EQ(
        dump(json(200, "GET", "/instances/configuration/oauth.api.secret", {}, with_token)),
        dump(json(200, "GET", path + "/oauth.api.secret"))
    );
    json(401, "GET", "/instances/configuration");
}

}  // namespace
}  // namespace ferry::test
