// Goal: the requests of connectors without code are read as the plugin wants them, and mistakes in
// them are found. Method: a small connector whose request has something more.

#include "config/connector_manifest.h"
#include "unit/config/config_test_support.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

struct RequestReading {
    bool is_good = false;
    std::string polling;  ///< as the plugin gets it
    std::vector<std::string> findings;
};

RequestReading readRequest(std::string_view polling) {
    const std::string text = fmt::format(
        "key: acme\nname: Acme\nhub: general\nversion: 1.0.0\nplugin: declarative\nabi: 1\n"
        "events: {{object_types: [thing], event_types: [CREATED], methods: [polling]}}\n"
        "polling:\n{}\nmap:\n  - {{event: changed, type: thing, id: /id}}\n"
        "egress: [a.example]\nparameters: [{{key: key, name: Key, description: The key., type: "
        "string}}]\n",
        polling
    );
    YamlDocument document;
    Diagnostics out;
    RequestReading reading;
    std::optional<ConnectorManifest> manifest;
    if (parseYaml("acme.yaml", text, document, out)) manifest = readManifest(document, out);
    out.sort();
    for (const Diagnostic& finding : out.items())
        reading.findings.push_back(describe(finding));
    reading.is_good = manifest.has_value();
    if (!manifest) return reading;
    for (const auto& [key, value] : manifest->settings)
        if (key == "polling") reading.polling = value;
    return reading;
}

/// A resource that is asked for by POST, with `more` in its request.
std::string posted(std::string_view more, std::string_view method = "POST") {
    return fmt::format(
        "  resources:\n    - name: things\n      updated: /at\n      changes:\n"
        "        url: https://a.example\n        method: {}\n        records: /\n{}",
        method,
        more
    );
}

TEST(RequestFields, ABodyMayBeAMapping) {
    const RequestReading reading = readRequest(posted(R"(        next_page: /next
        basic: {user: "${config:key}", password: X}
        body:
          from: ${since}
          size: 100
          code: "007"
          exact: "100"
          zip: 007
          nested: {after: "${page}", yes: true, "no": null}
          list: [1.5e3, -2, a])"));
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.is_good);
    EXPECT_THAT(
        reading.polling,
        HasSubstr(
            R"("json":{"object":{"from":{"text":{"join":[{"name":"since"}]}},)"
            R"("size":{"plain":"100"},"code":{"text":"007"},"exact":{"text":"100"},)"
            R"("zip":{"text":"007"},"nested":{"object":{"after":{"text":{"join":[{"name":"page"}]}},)"
            R"("yes":{"plain":"true"},"no":{"plain":"null"}}},)"
            R"("list":{"list":[{"plain":"1.5e3"},{"plain":"-2"},{"text":"a"}]}}},)"
            R"("basic":{"user":{"join":[{"config":"key"}]},"password":"X"})"
        )
    );
    const RequestReading form = readRequest(posted("        form: {since: \"${since}\", size: 5}"));
    EXPECT_THAT(form.findings, IsEmpty());
    ASSERT_TRUE(form.is_good);
    EXPECT_THAT(
        form.polling, HasSubstr(R"("form":{"since":{"join":[{"name":"since"}]},"size":"5"})")
    );
}

TEST(RequestFields, KnowsWhenALimitEnds) {
    const RequestReading reading = readRequest(
        "  limited: {header:X-Left: \"0\"}\n  limited_until: header:X-Reset\n" +
        posted("        body: ${since}")
    );
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.is_good);
    EXPECT_THAT(reading.polling, HasSubstr(R"("limited_until":{"header":"x-reset"}})"));
}

TEST(RequestFields, FindsMistakesInBodies) {
    const auto finds = [](std::string_view more, const char* what, const char* method = "POST") {
        const RequestReading reading = readRequest(posted(more, method));
        EXPECT_FALSE(reading.is_good) << more;
        EXPECT_THAT(reading.findings, Contains(HasSubstr(what))) << more;
    };
    finds("        body: {a: {b: [\"${sinc}\"]}}", "did you mean 'since'?");
    finds("        body: {a: {b: [x]}}", "the request has no ${since}");
    finds("        body: [\"${since}\"]", "a body is a text or a mapping");
    finds("        body: {a: \"${since}\"}\n        form: {b: c}", "one of 'body' and 'form'");
    finds("        form: {b: \"${since}\"}", "a GET has no form", "GET");
    finds("        basic: {password: X}\n        form: {a: \"${since}\"}", "'user' is missing");
    finds(
        "        basic: {user: X}\n        headers: {authorization: \"${since}\"}",
        "'basic' makes this header"
    );
    finds(
        "        body: {a: {b: {c: {d: {e: {f: {g: {h: \"${since}\", i: {}}}}}}}}}",
        "a body has at most 8 mappings and lists"
    );
}

}  // namespace
}  // namespace ferry::config
