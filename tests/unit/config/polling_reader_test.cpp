// Goal: the section 'polling' is read into what plugin and hub go by, and every mistake in it is
// found with its place. Method: a small connector with one part changed at a time.

#include "unit/config/declarative_case.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kConnector = R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
base_urls: {{api: https://acme.example}}
events: {{object_types: [thing], event_types: [CREATED], methods: [polling]}}
polling:
{}
map:
  - {{event: changed, type: polled:resource, id: /id}}
egress: [a.example, b.example]
authentication: {{profiles: [{{key: apiKey, name: API key}}]}}
authorization: {{api_key: key}}
parameters: [{{key: key, name: Key, description: K., type: string, secret: true}}]
)";

/// One that is right, from line 10 of the file on.
constexpr std::string_view kFeed = R"(  rate: {requests: 100, per: 1m}
  interval: {min: 30s, max: 10m}
  resources:
    - name: things
      start: {url: "${base_url:api}/now", cursor: /token}
      list: {url: "${base_url:api}/all", query: {p: "${page}"}, records: /items, next_page: /next}
      changes:
        url: ${base_url:api}/changes?c=${cursor}
        headers: {Authorization: "Bearer ${access_token}"}
        records: /
        next_url: link:next
        cursor: header:X-Cursor)";

Reading read(std::string_view polling) {
    return readConnector(fmt::format(kConnector, polling));
}

TEST(PollingReader, HandsTheRequestsToThePluginAndTheRestToTheHub) {
    const Reading reading = read(kFeed);
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    ASSERT_TRUE(reading.manifest->polling);
    const PollingDescription& polling = *reading.manifest->polling;
    EXPECT_EQ(polling.interval_min, std::chrono::seconds(30));
    EXPECT_EQ(polling.interval_max, std::chrono::minutes(10));
    EXPECT_EQ(polling.rate_requests, 100U);
    EXPECT_EQ(polling.rate_period, std::chrono::minutes(1));
    EXPECT_TRUE(polling.can_list);
    EXPECT_FALSE(reading.manifest->brings_changes);
    EXPECT_NE(reading.manifest->parameters.find("event.poller.refresh_interval"), nullptr);
    std::string json;
    for (const auto& [key, value] : reading.manifest->settings)
        if (key == "polling") json = value;
    EXPECT_EQ(
        json,
        R"({"resources":[{"name":"things","overlap_ms":120000,)"
        R"("start":{"method":"GET","url":{"join":[{"base_url":"api"},"/now"]},)"
        R"("cursor":{"path":["token"]}},)"
        R"("list":{"method":"GET","url":{"join":[{"base_url":"api"},"/all"]},)"
        R"("query":{"p":{"join":[{"name":"page"}]}},"records":["items"],)"
        R"("next_page":{"path":["next"]}},)"
        R"("changes":{"method":"GET","url":{"join":[{"base_url":"api"},"/changes?c=",)"
        R"({"name":"cursor"}]},"headers":{"Authorization":{"join":["Bearer ",)"
        R"({"name":"access_token"}]}},"records":[],"next_url":{"link":"next"},)"
        R"("cursor":{"header":"x-cursor"}}}],)"
        R"("tolerance_ms":2000,"compare_every_ms":0,"expired":[410]})"
    );
}

TEST(PollingReader, ConnectorsWithoutItHaveNoneOfItsParameters) {
    YamlDocument document;
    Diagnostics out;
    std::string text = fmt::format(kConnector, kFeed);
    text.resize(text.find("polling:\n"));
    ASSERT_TRUE(parseYaml("acme.yaml", text, document, out));
    const auto manifest = readManifest(document, out);
    ASSERT_TRUE(manifest);
    EXPECT_EQ(manifest->parameters.find("event.poller.refresh_interval"), nullptr);
}

struct Mistake {
    const char* from;  ///< in `kFeed`
    const char* to;
    const char* finding;
};

TEST(PollingReader, FindsEachMistakeWithItsPlace) {
    const Mistake mistakes[] = {
        {"records: /items", "record: /items", "15:65: error: unknown key 'record'"},
        {"records: /items, ", "", "the key 'records' is missing"},
        {"records: /items", "records: items", "this is no pointer into JSON"},
        {"next_page: /next",
         "next_page: next_cursor",
         "15:93: error: this is a text that is the same for every answer (write /next_cursor)"},
        {"  rate: ",
         "  expired: [410, 401]\n  rate: ",
         "10:18: error: 401 has a rule of its own (leave it out)"},
        {"  rate: ", "  expired: 429\n  rate: ", "429 has a rule of its own"},
        {"next_url: link:next", "next_url: next", "every answer (write /next)"},
        {"cursor: header:X-Cursor", "cursor: X-Cursor", "every answer (write header:X-Cursor)"},
        {"cursor: /token", "cursor: token", "every answer (write /token)"},
        {"  rate: ",
         "  limited_until: X-RateLimit-Reset\n  rate: ",
         "every answer (write header:X-RateLimit-Reset)"},
        {"${page}", "${pgae}", "did you mean 'page'?"},
        {"\"${page}\"", "1", "the request has no ${page}"},
        {"next_page: /next", "next_page: /n, next_url: /u", "one of 'next_url', 'next_page'"},
        {"next_page: /next", "page_size: 10", "neither ${page_number} nor ${offset}"},
        {"next_page: /next", "page_size: 0", "is less than 1"},
        {"?c=${cursor}", "", "16:7: error: the request has no ${cursor}"},
        {"        cursor: header:X-Cursor", "", "begins either at a cursor or at a time"},
        {"      changes:", "      updated: /at\n      changes:", "either at a cursor or at a time"},
        {", cursor: /token", "", "the key 'cursor' is missing"},
        {"name: things", "name: Things", "small letters, digits"},
        {"name: things", "nme: things", "did you mean 'name'?"},
        {"min: 30s", "min: 1h", "'max' is less than 'min'"},
        {"requests: 100", "requests: 0", "is less than 1"},
        {"  rate:", "  compare_every: 1s\n  rate:", "is less than 1m"},
        {"  rate:", "  expired: [410, gone]\n  rate:", "'gone' is no status"},
        {"next_page: /next", "next_page: /next, past_end: [404]", "for pages with numbers"},
        {"  rate:", "  limited: {status: 403}\n  rate:", "there is no source 'status'"},
        {"  rate:", "  rates: 1\n  rate:", "did you mean 'rate'?"},
    };
    for (const Mistake& mistake : mistakes) {
        std::string polling(kFeed);
        const std::size_t place = polling.find(mistake.from);
        ASSERT_NE(place, polling.npos) << mistake.from;
        polling.replace(place, std::string_view(mistake.from).size(), mistake.to);
        const Reading reading = read(polling);
        EXPECT_FALSE(reading.manifest) << mistake.to;
        EXPECT_THAT(reading.findings, Contains(HasSubstr(mistake.finding))) << mistake.to;
    }
}

std::string settingOf(const Reading& reading) {
    for (const auto& [key, value] : reading.manifest->settings)
        if (key == "polling") return value;
    return {};
}

TEST(PollingReader, APageThatIsNotThereEndsChangesAndListingsIfTheySaySo) {
    const auto numbered = [](std::string_view more) {
        return fmt::format(
            "  resources:\n    - name: things\n      {}\n      changes: {{url: "
            "'https://a.example?p=${{page_number}}&s=${{since}}', records: /, page_size: 5}}\n"
            "      updated: /at",
            more
        );
    };
    const Reading changing = read(numbered("overlap: 1m"));
    EXPECT_THAT(changing.findings, IsEmpty());
    ASSERT_TRUE(changing.manifest);
    EXPECT_THAT(settingOf(changing), HasSubstr(R"("page_size":5,"past_end":[404])"));

    const Reading listed =
        read(numbered("list: {url: 'https://a.example?o=${offset}', records: /, page_size: 7}"));
    EXPECT_THAT(listed.findings, IsEmpty());
    ASSERT_TRUE(listed.manifest);
    EXPECT_FALSE(changing.manifest->polling->lists_by_number);
    EXPECT_TRUE(listed.manifest->polling->lists_by_number);
    EXPECT_THAT(settingOf(listed), HasSubstr(R"("page_size":7},)"));
    const Reading ended =
        read(numbered("list: {url: 'https://a.example?o=${offset}', records: /, page_size: 7, "
                      "past_end: [404, 416]}"));
    ASSERT_TRUE(ended.manifest);
    EXPECT_THAT(settingOf(ended), HasSubstr(R"("page_size":7,"past_end":[404,416]},)"));
}

TEST(PollingReader, IdsTellTheRecordsOfSeveralResourcesApart) {
    const auto both = [](std::string_view more) {
        return fmt::format(
            "{}  resources:\n    - {{name: a, list: {{url: https://a.example, records: /}}}}\n"
            "    - {{name: b, list: {{url: https://b.example, records: /}}}}",
            more
        );
    };
    const Reading reading = read(both(""));
    EXPECT_FALSE(reading.manifest);
    EXPECT_THAT(reading.findings, Contains(HasSubstr("would be taken for one object")));
    EXPECT_THAT(read(both("  unique_ids: true\n")).findings, IsEmpty());

    YamlDocument document;
    Diagnostics out;
    std::string text = fmt::format(kConnector, both(""));
    text.replace(text.find("id: /id"), 7, "id: '${polled:resource}-${/id}'");
    ASSERT_TRUE(parseYaml("acme.yaml", text, document, out));
    EXPECT_TRUE(readManifest(document, out));
    EXPECT_EQ(out.errorCount(), 0U);
}

TEST(PollingReader, FindsResourcesThatDoNotFitTogether) {
    constexpr std::string_view kList = "list: {url: https://a.example, records: /}";
    constexpr std::string_view kChanges =
        "changes: {url: 'https://a.example?s=${since}', records: /}, updated: /at";
    const auto finds = [](std::string_view what, const std::string& polling) {
        const Reading reading = read(polling);
        EXPECT_FALSE(reading.manifest) << polling;
        EXPECT_THAT(reading.findings, Contains(HasSubstr(std::string(what)))) << polling;
    };
    const auto resources = [](auto... items) {
        std::string text = "  resources:";
        ((text += fmt::format("\n    - {{{}}}", items)), ...);
        return text;
    };
    const std::string listed = fmt::format("name: a, {}", kList);
    const std::string changing = fmt::format("name: b, {}", kChanges);
    EXPECT_THAT(read(resources(listed)).findings, IsEmpty());
    EXPECT_THAT(read(resources(changing)).findings, IsEmpty());
    finds("there is nothing that could be asked for", "  resources: []");
    finds("needs 'list', 'changes', or both", resources(std::string("name: a")));
    finds("some resources have 'list' and some have not", resources(listed, changing));
    finds("the resource 'a' stands here twice", resources(listed, listed));
    finds("'compare_every' needs 'list'", "  compare_every: 1h\n" + resources(changing));
    finds("everything is listed in each poll", "  compare_every: 1h\n" + resources(listed));
    finds(
        "a provider may give a cursor up",
        resources(std::string("name: a, changes: {url: 'https://a.example/${cursor}', records: /, "
                              "cursor: /c}"))
    );
    finds(
        "nothing says where the first one begins",
        resources(
            listed + ", changes: {url: 'https://a.example/${cursor}', records: /, cursor: /c}"
        )
    );
    finds(
        "the request has no ${since}",
        resources(std::string("name: a, updated: /at, changes: {url: https://a.example, records: /}"
        ))
    );
}

}  // namespace
}  // namespace ferry::config
