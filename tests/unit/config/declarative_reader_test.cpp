// Goal: connectors without code are read into what the plugin gets, and every mistake in them is
// found with its place and, where it can be guessed, what was meant. Method: the shipped files; a
// small connector with one part changed at a time.

#include "config/connector_manifest.h"
#include "unit/config/config_test_support.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kHead = R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
webhook: instance
events: {object_types: [thing], event_types: [CREATED, UPDATED], methods: [webhook]}
)";
constexpr std::string_view kNotifications = R"(notifications:
  verify: [{method: hmac, header: X-Signature}]
)";
constexpr std::string_view kMap = R"(map:
  - {event: created, type: thing, id: /id}
)";

constexpr const char* kSecretParameter =
    "parameters:\n"
    "  - {key: webhook.secret, name: Secret, description: S., type: string, secret: true}\n";

struct Reading {
    std::optional<ConnectorManifest> manifest;
    std::vector<std::string> findings;
};

Reading read(std::string_view text) {
    YamlDocument document;
    Diagnostics out;
    Reading reading;
    const std::string whole = std::string(text) + kSecretParameter;
    if (parseYaml("acme.yaml", whole, document, out))
        reading.manifest = readManifest(document, out);
    out.sort();
    for (const Diagnostic& finding : out.items())
        reading.findings.push_back(describe(finding));
    return reading;
}

Reading withMap(std::string_view map) {
    return read(fmt::format("{}{}map:\n{}", kHead, kNotifications, map));
}

Reading withNotifications(std::string_view notifications) {
    return read(fmt::format("{}notifications:\n{}{}", kHead, notifications, kMap));
}

std::string setting(const Reading& reading, std::string_view name) {
    for (const auto& [key, value] : reading.manifest->settings)
        if (key == name) return value;
    return {};
}

TEST(DeclarativeReader, TheShippedConnectorsHaveNoFindings) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(sourceFolder() / "connectors")) {
        if (entry.path().extension() != ".yaml") continue;
        Diagnostics out;
        const auto manifest = readManifestFile(entry.path(), out);
        for (const Diagnostic& finding : out.items())
            ADD_FAILURE() << describe(finding);
        ASSERT_TRUE(manifest) << entry.path();
        EXPECT_EQ(manifest->key + ".yaml", entry.path().filename().string());
        EXPECT_FALSE(manifest->documentation_url.empty()) << entry.path();
        EXPECT_FALSE(manifest->documentation_date_read.empty()) << entry.path();
        ++count;
    }
    EXPECT_GE(count, 2);
}

TEST(DeclarativeReader, NeedsNeitherAuthenticationNorAddresses) {
    const Reading reading = read(fmt::format("{}{}{}", kHead, kNotifications, kMap));
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    ASSERT_EQ(reading.manifest->profiles.size(), 1U);
    EXPECT_EQ(reading.manifest->profiles[0].key, "none");
    EXPECT_NE(reading.manifest->parameters.find("event.notification.enabled"), nullptr);
}

TEST(DeclarativeReader, WritesExpressionsAsATree) {
    const Reading reading = withMap(
        "  - when: {/action: [opened, closed], header:X-Event: {exists: true}, /b: {ends_with: "
        "z}}\n"
        "    event: {from: /action, lookup: {opened: created}, default: updated}\n"
        "    id: ${/repo/id}#${/a~1b}\n"
        "    name: {first_of: [/title, {from: /path, as: basename}]}\n"
    );
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    EXPECT_EQ(
        setting(reading, "map"),
        R"([{"when":[{"of":{"path":["action"]},"in":["opened","closed"]},)"
        R"({"of":{"header":"x-event"},"exists":true},{"of":{"path":["b"]},"ends_with":"z"}],)"
        R"("event":{"first":[{"of":{"path":["action"]},"lookup":{"opened":"created"}},"updated"]},)"
        R"("id":{"join":[{"path":["repo","id"]},"#",{"path":["a/b"]}]},)"
        R"("name":{"first":[{"path":["title"]},{"of":{"path":["path"]},"as":"basename"}]}}])"
    );
}

struct Mistake {
    const char* map;
    const char* finding;
};

TEST(DeclarativeReader, FindsEachMistakeOfAMapWithItsPlace) {
    const Mistake mistakes[] = {
        {"  - {event: modfied, id: /id}\n", "12:13: error: 'modfied' is none of: created, updated"},
        {"  - {event: updatet, id: /id}\n", "did you mean 'updated'?"},
        {"  - {event: {from: /a, lookup: {x: delete}}, id: /id}\n", "did you mean 'deleted'?"},
        {"  - {event: created, idd: /id}\n", "unknown key 'idd' in a rule of 'map'"},
        {"  - {event: created}\n", "an event needs the 'id' of its object"},
        {"  - {event: created, ignore: no, id: /id}\n", "either 'event' or 'ignore'"},
        {"  - {id: /id}\n", "either 'event' or 'ignore'"},
        {"  - {event: created, id: '${heder:X}'}\n", "did you mean 'header'?"},
        {"  - {event: created, id: '${/id'}\n", "a '${' is not closed"},
        {"  - {event: created, id: {from: /id, as: lowr}}\n", "did you mean 'lower'?"},
        {"  - {event: created, id: {form: /id}}\n", "did you mean 'from'?"},
        {"  - {event: created, id: {from: /id, const: x}}\n", "has one of 'from', 'const'"},
        {"  - {event: created, id: {from: /id, then: x}}\n", "'then' and 'else' belong to 'when'"},
        {"  - {event: created, id: [/id]}\n", "an expression is a text or a mapping, not a list"},
        {"  - {event: created, id: body:id}\n", "'body' takes a pointer such as body:/a/b"},
        {"  - {when: {action: x}, event: created, id: /id}\n", "there is no source 'action'"},
        {"  - {when: [], event: created, id: /id}\n", "a condition is a mapping of sources"},
        {"  - {when: {/a: {exists: maybe}}, event: created, id: /id}\n", "is true or false"},
        {"  - {when: {/a: {b: c}}, event: created, id: /id}\n", "a value or a list of values"},
        {"  - {when: {/a: {ends_with: ''}}, event: created, id: /id}\n", "'ends_with' has no text"},
        {"  - {when: {/a: {ends_with: [x]}}, event: created, id: /id}\n", "or {ends_with: text}"},
        {"  - created\n", "a rule is a mapping"},
        {"  created: /id\n", "'map' takes a list of rules"},
    };
    for (const Mistake& mistake : mistakes) {
        const Reading reading = withMap(mistake.map);
        EXPECT_FALSE(reading.manifest) << mistake.map;
        EXPECT_THAT(reading.findings, Contains(HasSubstr(mistake.finding))) << mistake.map;
    }
}

TEST(DeclarativeReader, BoundsHowDeepExpressionsNest) {
    std::string inner = "/id";
    for (std::size_t i = 0; i < 8; ++i)
        inner = fmt::format("{{from: {}}}", inner);
    EXPECT_THAT(
        withMap(fmt::format("  - {{event: created, id: {}}}\n", inner)).findings, IsEmpty()
    );
    inner = fmt::format("{{from: {}}}", inner);
    EXPECT_THAT(
        withMap(fmt::format("  - {{event: created, id: {}}}\n", inner)).findings,
        Contains(HasSubstr("more than 8 expressions within another"))
    );
}

TEST(DeclarativeReader, OfAFormItsValuesMayBeSigned) {
    const Reading reading = withNotifications(
        "  verify: [{method: hmac, header: X, signed: '${url}${form}'}]\n  body: form\n"
    );
    EXPECT_THAT(reading.findings, IsEmpty());
}

TEST(DeclarativeReader, FindsEachMistakeOfNotifications) {
    const Mistake mistakes[] = {
        {"  verify: []\n", "nothing proves that the provider is the sender"},
        {"  verify: [{method: hmca, header: X}]\n", "did you mean 'hmac'?"},
        {"  verify: [{method: hmac}]\n", "'hmac' needs 'header'"},
        {"  verify: [{method: token}]\n", "'token' needs 'header', 'query' or 'body'"},
        {"  verify: [{method: token, query: t, hash: sha1}]\n", "'hash' has no use with 'token'"},
        {"  verify: [{method: hmac, header: X, signed: '${timestamp}${body}'}]\n",
         "needs 'timestamp_header'"},
        {"  verify: [{method: hmac, header: X, timestamp_header: T}]\n",
         "a time that is not signed proves nothing"},
        {"  verify: [{method: hmac, header: X, signed: '${timestamp}${body}', timestamp_header: T, "
         "tolerance: 0s}]\n",
         "the value of 'tolerance' is less than 1s"},
        {"  verify: [{method: hmac, header: X, signed: '${method}'}]\n", "the body is not signed"},
        {"  verify: [{method: hmac, header: X, signed: '${bdy}${body}'}]\n",
         "did you mean 'body'?"},
        {"  verify: [{method: basic}]\n  each: items\n", "this is no pointer into JSON"},
        {"  verify: [{method: basic}]\n  challenges: [{method: GET}]\n", "'reply' is missing"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: ''}]\n",
         "nothing says which requests are this challenge"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: '', headers: {X Y: /a}}]\n",
         "HTTP has no header with the name 'X Y'"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, headers: {Content-Type: /a}}]\n",
         "write 'content_type'"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, headers: {X: heder:Y, Host: "
         "b}}]\n",
         "the hub sets the header 'Host' itself"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, headers: [X]}]\n",
         "'headers' takes a mapping"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, status: 204}]\n",
         "an answer of status 204 has no body"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, status: 203}]\n",
         "write 200, 201, 202 or 204"},
        {"  verify: [{method: basic}]\n  challenges: [{reply: a, status: 404}]\n",
         "write 200, 201, 202 or 204"},
        {"  verify: [{method: hmac, header: X, signed: '${timestamp}${body}', timestamp_header: T, "
         "timestamp_body: /t}]\n",
         "leave one of the two out"},
        {"  verify: [{method: hmac, header: X, timestamp_body: t}]\n",
         "this is no pointer into JSON"},
        {"  verify: [{method: token, query: t, timestamp_body: /t}]\n",
         "'timestamp_body' has no use with 'token'"},
        {"  verify: [{method: hmac, header: X, timestamp_body: /t}]\n  body: query\n",
         "there is no JSON in a query"},
        {"  verify: [{method: hmac, header: X, signed: '${url}', timestamp_body: /t}]\n",
         "a time that is not signed proves nothing"},
        {"  verify: [{method: basic}]\n  body: from\n", "did you mean 'form'?"},
        {"  verify: [{method: basic}]\n  body: form\n  each: /items\n", "a form has no list"},
        {"  verify: [{method: hmac, header: X, signed: '${body}'}]\n  body: query\n",
         "the query is not signed"},
        {"  verify: [{method: hmac, header: X, signed: '${form}${body}'}]\n",
         "'${form}' is of a form"},
        {"  verify: [{method: hmac, header: X, signed: '${url}'}]\n  body: form\n",
         "the body is not signed"},
        {"  verfy: [{method: basic}]\n", "did you mean 'verify'?"},
        {"  verify: [{method: basic}]\n  marks: true\n", "without 'polling' nobody would ask"},
        {"  verify: [{method: basic}]\n  account: polled:page\n", "'polled:resource' alone"},
        {"  verify: [{method: basic}]\n  id: nid\n",
         "11:7: error: this is a text that is the same for every webhook (write /nid)"},
        {"  verify: [{method: basic}]\n  id: {first_of: [/id, {const: none}]}\n",
         "the same for every webhook (write /none)"},
        {"  verify: [{method: basic}]\n  account: user_id\n",
         "(write /user_id, or {const: user_id} if that is meant)"},
        {"  verify: [{method: basic}]\n  challenges: [{crc: {token: plainToken}, reply: "
         "'${crc}'}]\n",
         "the same for every challenge (write /plainToken)"},
        {"  account: /id\n", "the key 'verify' is missing"},
    };
    for (const Mistake& mistake : mistakes) {
        const Reading reading = withNotifications(mistake.map);
        EXPECT_FALSE(reading.manifest) << mistake.map;
        EXPECT_THAT(reading.findings, Contains(HasSubstr(mistake.finding))) << mistake.map;
    }
}

TEST(DeclarativeReader, WarnsOfAListThatNobodyLooksAt) {
    const Reading reading =
        withNotifications("  verify: [{method: basic}]\n  marks: true\n  each: /items\n");
    EXPECT_THAT(
        reading.findings,
        Contains(HasSubstr("12:3: warning: of a webhook that only marks, 'each' tells nothing"))
    );
}

TEST(DeclarativeReader, HandsChallengesToThePlugin) {
    const std::string challenges =
        "  verify: [{method: hmac, header: X-Sign}]\n  challenges:\n"
        "    - {reply: '', headers: {X-Hook-Secret: header:X-Hook-Secret}}\n"
        "    - {method: POST, when: {/type: '1'}, reply: '{}', verified: true}\n";
    const Reading reading = withNotifications(challenges);
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    EXPECT_TRUE(reading.manifest->signs_challenges) << "the secret is needed";
    EXPECT_THAT(
        setting(reading, "notifications"),
        HasSubstr(R"("challenges":[{"method":"","content_type":"text/plain","reply":"",)"
                  R"("headers":{"X-Hook-Secret":{"header":"x-hook-secret"}}},)"
                  R"({"method":"POST","content_type":"text/plain",)"
                  R"("when":[{"of":{"path":["type"]},"in":["1"]}],"reply":"{}","verified":true}])")
    );
    std::string text = fmt::format("{}notifications:\n{}{}", kHead, challenges, kMap);
    text.replace(text.find("webhook: instance"), 17, "webhook: app");
    EXPECT_THAT(read(text).findings, Contains(HasSubstr("(write 'webhook: instance')")));
}

TEST(DeclarativeReader, HandsStatusesAndTimesInBodiesToThePlugin) {
    const Reading reading = withNotifications(
        "  verify: [{method: hmac, header: X-Sign, timestamp_body: /data/at}]\n  challenges:\n"
        "    - {when: {/type: '0'}, reply: '', status: 204}\n"
        "    - {when: {/type: '1'}, reply: ok, status: 200}\n"
    );
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    const std::string settings = setting(reading, "notifications");
    EXPECT_THAT(settings, HasSubstr(R"("timestamp_body":["data","at"])"));
    EXPECT_THAT(settings, HasSubstr(R"("content_type":"text/plain","status":204,"when":)"));
    EXPECT_THAT(settings, Not(HasSubstr(R"("status":200)")));
}

TEST(DeclarativeReader, PluginsWithCodeHaveNoSuchSections) {
    std::string text = fmt::format("{}{}{}", kHead, kNotifications, kMap);
    text.replace(text.find("declarative"), 11, "libacme.so");
    EXPECT_THAT(read(text).findings, Contains(HasSubstr("'map' is for connectors without code")));
    EXPECT_THAT(
        read(fmt::format("{}{}", kHead, kMap)).findings,
        Contains(HasSubstr("'map' has no records without 'notifications' or 'polling'"))
    );
    EXPECT_THAT(
        read(fmt::format("{}{}", kHead, kNotifications)).findings,
        Contains(HasSubstr("there is no 'map'"))
    );
}

}  // namespace
}  // namespace ferry::config
