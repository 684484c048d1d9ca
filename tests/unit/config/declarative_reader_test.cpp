// Goal: connectors without code are read into what the plugin gets, and every mistake in them is
// found with its place and, where it can be guessed, what was meant. Method: the shipped files; a
// small connector with one part changed at a time.

#include "unit/config/declarative_case.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

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
    const Reading reading = readWithSecret(fmt::format("{}{}{}", kHead, kNotifications, kMap));
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

TEST(DeclarativeReader, PluginsWithCodeHaveNoSuchSections) {
    std::string text = fmt::format("{}{}{}", kHead, kNotifications, kMap);
    text.replace(text.find("declarative"), 11, "libacme.so");
    EXPECT_THAT(
        readWithSecret(text).findings, Contains(HasSubstr("'map' is for connectors without code"))
    );
    EXPECT_THAT(
        readWithSecret(fmt::format("{}{}", kHead, kMap)).findings,
        Contains(HasSubstr("'map' has no records without 'notifications' or 'polling'"))
    );
    EXPECT_THAT(
        readWithSecret(fmt::format("{}{}", kHead, kNotifications)).findings,
        Contains(HasSubstr("there is no 'map'"))
    );
}

}  // namespace
}  // namespace ferry::config
