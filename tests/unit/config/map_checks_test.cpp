// Goal: rules of 'map' that can't do what they seem to are found, with their place and what was
// meant. Method: a small connector with one part changed at a time.

#include "unit/config/declarative_case.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTakesWebhooks =
    "webhook: instance\nnotifications: {verify: [{method: token, header: X-Token}]}\n";
constexpr const char* kAsksOnly =
    "egress: [acme.example]\n"
    "polling: {resources: [{name: things, list: {records: /, url: https://acme.example}}]}\n";

/// Rules begin in line 11.
std::vector<std::string> mapFindings(
    std::string_view sections, std::string_view map, std::string_view methods
) {
    const std::string text = fmt::format(
        "key: acme\nname: Acme\nhub: general\nversion: 1.0.0\nplugin: declarative\nabi: 1\n"
        "events: {{object_types: [thing], event_types: [CREATED, UPDATED], methods: [{}]}}\n{}{}",
        methods,
        sections,
        map
    );
    return readWithSecret(text).findings;
}

std::vector<std::string> withRules(std::string_view rules) {
    return mapFindings(kTakesWebhooks, fmt::format("map:\n{}", rules), "webhook");
}

std::vector<std::string> withPolledRules(std::string_view rules) {
    return mapFindings(kAsksOnly, fmt::format("map:\n{}", rules), "polling");
}

struct MapCase {
    const char* rules;
    const char* finding;
};

TEST(MapChecks, GoodRulesHaveNoFindings) {
    EXPECT_THAT(
        withRules(
            "  - {when: {header:X-Event: a}, event: created, type: thing, id: /id, size: '0'}\n"
            "  - {when: {/a: b}, event: {from: /a, lookup: {b: updated}}, type: thing, id: /id}\n"
            "  - {event: changed, type: thing, id: /id, created: '2026-01-02T03:04:05Z',\n"
            "     modified: '1767323045', occurred: '2026-01-02 03:04:05 UTC',\n"
            "     properties: {a: {const: 'config:foo'}, b: 'token: 7', c: page, d: 'a:b'}}\n"
        ),
        IsEmpty()
    );
    EXPECT_THAT(
        withRules("  - {event: created, type: thing, id: {first_of: [/a~0b~1, only]}}\n"), IsEmpty()
    );
    EXPECT_THAT(
        withRules("  - {event: created, type: thing, id: {from: /a, lookup: {b: c}}}\n"), IsEmpty()
    );
    EXPECT_THAT(
        withRules("  - {event: created, type: thing, id: /id, created: '2026-01-02T03:04:05+0100',"
                  " modified: '2026-01-02T03:04:05.5', occurred: '2026-01-02'}\n"),
        IsEmpty()
    );
}

TEST(MapChecks, FindsWhatARuleCannotDo) {
    const MapCase cases[] = {
        {"  - {event: created, type: thing, id: /id}\n  - {event: updated, id: /id}\n",
         "acme.yaml:12:5: warning: no record comes to this rule: the one in line 11 has no 'when'"},
        {"  - {event: created, type: thng, id: /id}\n",
         "acme.yaml:11:28: warning: 'events' has no object type 'thng' (did you mean 'thing'?)"},
        {"  - {event: created, type: {from: /t, lookup: {a: invoice}}, id: /id}\n",
         "no object type 'invoice' (add it to 'object_types')"},
        {"  - {event: created, type: {from: /t, default: invoice}, id: /id}\n", "'invoice'"},
        {"  - {event: deleted, id: /id}\n", "no event type DELETED (add DELETED to 'event_types')"},
        {"  - {event: {first_of: [/a, moved]}, id: /id}\n", "no event type MOVED"},
        {"  - {event: created, id: /id, created: created_at}\n",
         "acme.yaml:11:40: error: the text 'created_at' is not a time, such as "
         "2026-01-02T03:04:05Z (write /created_at for what the record has there)"},
        {"  - {event: created, id: /id, modified: {from: /a, default: now}}\n", "'now' is not a"},
        {"  - {event: created, id: /id, occurred: '2026-02-30'}\n", "'2026-02-30' is not a time"},
        {"  - {event: created, id: /id, size: big}\n", "error: the text 'big' is not a number of"},
        {"  - {event: created, id: id}\n",
         "acme.yaml:11:26: error: this is a text that is the same for every record (write /id, or "
         "{const: id} if that is meant)"},
        {"  - {event: created, id: form_response.token}\n", "(write /form_response/token, or"},
        {"  - {event: created, id: '$.items[0].id'}\n", "(write /items/0/id, or"},
        {"  - {event: created, id: X-Delivery}\n", "(write header:X-Delivery, or"},
        {"  - {event: created, id: {first_of: [none, /id]}}\n", "(write /none, or {const: none}"},
        {"  - {event: created, id: no id}\n", "(write a pointer such as /a/b"},
        {"  - {event: created, id: /id, revision: etag}\n", "(write /etag, or {const: etag}"},
        {"  - {event: created, id: {from: nid, as: lower}}\n",
         "acme.yaml:11:33: error: 'from' takes a source, and this is a text that is always the "
         "same (write /nid)"},
        {"  - {event: {from: action, lookup: {a: created}}, id: /id}\n", "(write /action)"},
        {"  - {event: created, id: '/i~d'}\n",
         "acme.yaml:11:26: error: a '~' in a pointer stands before 0 or 1 (RFC 6901) (write ~0"},
        {"  - {event: created, id: '/id~'}\n", "a '~' in a pointer"},
        {"  - {event: created, id: /id, properties: {a: 'config:foo'}}\n",
         "warning: 'config:foo' stands for itself here: a map has no source 'config'"},
        {"  - {event: created, id: /id, properties: {a: {first_of: [/x, access_token]}}}\n",
         "'access_token' stands for itself"},
        {"  - {event: created, id: /id, name: 'token:/x'}\n", "no source 'token' (write {const:"},
    };
    for (const MapCase& one : cases)
        EXPECT_THAT(withRules(one.rules), Contains(HasSubstr(one.finding))) << one.rules;
}

TEST(MapChecks, TellsOfOneRuleThatNothingComesTo) {
    const std::string rule = "  - {event: created, type: thing, id: /id}\n";
    EXPECT_EQ(withRules(rule + rule + rule).size(), 1U);
}

TEST(MapChecks, PollsShowNoWebhooks) {
    const MapCase cases[] = {
        {"  - {event: changed, id: /id, name: header:X-Name}\n",
         "acme.yaml:11:37: warning: 'header:' has no value: what polls show has no webhook"},
        {"  - {event: changed, id: '${query:a}-${/id}'}\n", "'query:' has no value"},
        {"  - {when: {header:X-A: b}, event: changed, id: /id}\n", "'header:' has no value"},
        {"  - {event: {when: {query:a: b}, then: created}, id: /id}\n", "'query:' has no value"},
        {"  - {event: changed, id: /id, properties: {a: header:X-A}}\n", "'header:' has no value"},
    };
    for (const MapCase& one : cases) {
        EXPECT_THAT(withPolledRules(one.rules), Contains(HasSubstr(one.finding))) << one.rules;
        EXPECT_THAT(withRules(one.rules), IsEmpty()) << one.rules;
    }
    EXPECT_THAT(
        withPolledRules("  - {event: changed, id: /id, name: {const: 'header:X'}}\n"), IsEmpty()
    );
    EXPECT_THAT(
        mapFindings(kAsksOnly, "jq: {program: '.', values: {a: header:X-A}}\n", "polling"),
        Contains(HasSubstr("'header:' has no value"))
    );
}

TEST(MapChecks, MethodsNameWhatIsThere) {
    const std::string map = "map:\n  - {event: changed, type: thing, id: /id}\n";
    EXPECT_THAT(
        mapFindings(kAsksOnly, map, "webhook"),
        Contains(HasSubstr(":9:1: warning: the connector polls, and 'methods' of 'events' does not "
                           "say so (add 'polling' to 'methods')"))
    );
    EXPECT_THAT(
        mapFindings("notifications: {verify: [{method: token, header: X-T}]}\n", map, "polling"),
        Contains(HasSubstr(":8:1: warning: no webhook is taken: 'methods' of 'events' does not"))
    );
    EXPECT_THAT(mapFindings(kTakesWebhooks, map, "polling"), testing::SizeIs(1));
}

}  // namespace
}  // namespace ferry::config
