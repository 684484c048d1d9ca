// Goal: every connector has the parameters that the hub itself reads, and they take what is meant.
// Method: a small manifest that declares none of them, or one; tables of values.

#include "config/hub_parameters.h"

#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ferry::config {
namespace {

constexpr const char* kSmall = R"(key: small
name: Small
hub: documents
version: 1.0.0
plugin: libsmall.so
abi: 1
authentication:
  profiles: [{key: apiKey, name: Token}]
base_urls: {api: https://api.example.com/}
egress: [api.example.com]
events: {object_types: [file], event_types: [CREATED], methods: [polling]}
parameters:
  - key: small.limit
    name: Limit
    description: A limit
    type: integer
)";

/// The manifest with `parameters` in place of the line of that name.
Diagnostics readWith(const std::string& parameters) {
    std::string text = kSmall;
    const std::string line = "parameters:\n";
    text.replace(text.find(line), line.size(), parameters);
    YamlDocument document;
    Diagnostics out;
    if (parseYaml("connector.yaml", text, document, out)) readManifest(document, out);
    return out;
}

TEST(HubParameters, EveryConnectorHasThem) {
    YamlDocument document;
    Diagnostics out;
    ASSERT_TRUE(parseYaml("connector.yaml", kSmall, document, out));
    const auto small = readManifest(document, out);
    ASSERT_TRUE(small) << printed(out);
    for (const Field& field : hubParameters()) {
        const Field* found = small->parameters.find(field.key);
        ASSERT_NE(found, nullptr) << field.key;
        EXPECT_EQ(found->type, field.type);
        EXPECT_FALSE(found->description.empty()) << field.key;
    }
    EXPECT_EQ(small->parameters.fields().front().key, "small.limit") << "its own come first";
}

TEST(HubParameters, AConnectorSaysThemInItsOwnWordsButWithTheSameType) {
    const std::string own = R"(parameters:
  - key: event.notification.enabled
    name: Tell me
    description: In its own words
    type: )";
    EXPECT_TRUE(readWith(own + "boolean\n").items().empty());
    const Diagnostics out = readWith(own + "string\n");
    EXPECT_NE(
        printed(out).find("the hub reads 'event.notification.enabled' itself"), std::string::npos
    ) << printed(out);
}

TEST(HubParameters, FilterByTheObjectTypesOfTheirConnector) {
    const auto problem = [](std::vector<std::string> object_types, const char* filter) {
        for (Field field : hubParameters()) {
            if (field.key != kObjectTypesFilter) continue;
            limitObjectTypes(field, object_types);
            std::string normal;
            return checkValue(field, filter, normal);
        }
        ADD_FAILURE() << "no such parameter";
        return std::optional<ValueProblem>();
    };
    EXPECT_FALSE(problem({"issue", "release"}, "issue, release"));
    EXPECT_FALSE(problem({"issue"}, "file, folder, other")) << "kinds that each connector has";
    const auto slip = problem({"issue", "release"}, "isue");
    ASSERT_TRUE(slip);
    EXPECT_NE(slip->message.find("some of issue, release"), std::string::npos) << slip->message;
    EXPECT_FALSE(problem({"issue", "other"}, "milestone")) << "it gives others than it names";
    EXPECT_FALSE(problem({"a.b"}, "a.b"));
}

TEST(HubParameters, EachWrongLineOfHeadersIsNamedWithoutItsValue) {
    const auto headers =
        std::find_if(hubParameters().begin(), hubParameters().end(), [](const Field& field) {
            return field.key == "event.notification.callback.headers";
        });
    ASSERT_NE(headers, hubParameters().end());
    std::string normal;
    const auto problem = checkValue(*headers, "Host: a\nX-Key: hunter2\nhunter3\n", normal);
    ASSERT_TRUE(problem);
    EXPECT_EQ(
        problem->message,
        "is wrong: line 1 has 'Host', which the hub sets itself, line 3 is no 'Name: value'"
    );
    for (const char* name : {"Accept-Encoding", "keep-alive", "Proxy-Connection"}) {
        const auto own = checkValue(*headers, name + std::string(": a"), normal);
        ASSERT_TRUE(own) << name;
        EXPECT_THAT(own->message, testing::HasSubstr("which the hub sets itself"));
    }
    for (const char c : {'\x01', '\x1F', '\x7F', '\r'}) {
        const auto control = checkValue(*headers, std::string("X-A: a") + c + "b", normal);
        EXPECT_TRUE(control) << static_cast<int>(c);
    }
    EXPECT_FALSE(checkValue(*headers, "X-A: a\tb\r\nX-B: \xC3\xBC", normal));
}

TEST(HubParameters, ARateThatIsTooLargeIsToldHowLargeItMayBe) {
    const auto rate =
        std::find_if(hubParameters().begin(), hubParameters().end(), [](const Field& field) {
            return field.key == "event.notification.rate.limit";
        });
    ASSERT_NE(rate, hubParameters().end());
    const auto message = [&](const char* text) {
        std::string normal;
        const auto problem = checkValue(*rate, text, normal);
        return problem ? problem->message : "";
    };
    EXPECT_EQ(message("9999999/s"), "");
    EXPECT_EQ(message("10000000/s"), "is more than 9999999");
    EXPECT_EQ(message("99999999999999999999/m"), "is more than 9999999");
    for (const char* other : {"/s", "s", "0/s", "fast/s", "100/d"})
        EXPECT_NE(message(other).find("write a number"), std::string::npos) << other;
}

TEST(HubParameters, ARetryScheduleThatIsMeantIsTold) {
    const auto schedule =
        std::find_if(hubParameters().begin(), hubParameters().end(), [](const Field& field) {
            return field.key == "event.notification.retry.schedule";
        });
    ASSERT_NE(schedule, hubParameters().end());
    const auto suggestion = [&](const char* text) {
        std::string normal;
        const auto problem = checkValue(*schedule, text, normal);
        return problem ? problem->suggestion : "none";
    };
    EXPECT_EQ(suggestion("Standard"), "did you mean 'standard'?");
    EXPECT_EQ(suggestion("open-connector-5"), "did you mean 'open-connectors-5'?");
    EXPECT_EQ(
        suggestion("often"),
        "write standard, open-connectors-9, open-connectors-5, or waits such as 5s,5m,1h"
    );
}

TEST(HubParameters, TakeWhatIsMeantAndRefuseTheRest) {
    const auto check = [](const char* key, const char* text) {
        for (const Field& field : hubParameters()) {
            std::string normal;
            if (field.key == std::string("event.notification.") + key)
                return !checkValue(field, text, normal).has_value();
        }
        ADD_FAILURE() << key;
        return false;
    };
    for (const char* good : {"standard", "open-connectors-9", "5s,5m,1h", "5s, 1h30m"})
        EXPECT_TRUE(check("retry.schedule", good)) << good;
    for (const char* bad :
         {"often", "5", "5s,,1h", "open-connectors-7", "31d", "99999999999999999d"})
        EXPECT_FALSE(check("retry.schedule", bad)) << bad;
    EXPECT_TRUE(check("rate.limit", "100/s"));
    for (const char* bad : {"0/s", "100", "100/d", "-1/s"})
        EXPECT_FALSE(check("rate.limit", bad)) << bad;
    for (const char* good : {"X-A: b", "X-A:b\nX-C: d", "X-A: b\r\nX-C:\n"})
        EXPECT_TRUE(check("callback.headers", good)) << good;
    for (const char* bad :
         {"no colon", "X A: b", "X-A: b\nnone", ": b", "Host: x", "X-A: b\nWebhook-Id: 1"})
        EXPECT_FALSE(check("callback.headers", bad)) << bad;
    EXPECT_TRUE(check("filter.paths", "/Invoices/**,/**/*.pdf"));
    EXPECT_FALSE(check("filter.paths", "Invoices"));
    EXPECT_TRUE(check("filter.object.types", "file, folder"));
    EXPECT_TRUE(check("filter.object.types", "issue"));
    EXPECT_FALSE(check("filter.object.types", "an issue"));
    EXPECT_TRUE(check("filter.event.types", "CREATED, MOVED"));
    EXPECT_FALSE(check("filter.event.types", "created"));
    EXPECT_FALSE(check("bearer.token", "a b"));
    EXPECT_FALSE(check("basic.username", "a:b"));
}

}  // namespace
}  // namespace ferry::config
