// Goal: whatever is wrong with the shape of a manifest, all else that is wrong with it is told at
// once, and nothing that is not. Method: files with many mistakes; and each value of the shipped
// connectors, one at a time, replaced by what nobody knows (then nothing may be found, as it could
// be what it was) and by what it never is.

#include "unit/config/small_manifest.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <vector>

namespace ferry::config {
namespace {

Diagnostics readAll(const std::string& text) {
    YamlDocument document;
    Diagnostics out;
    EXPECT_TRUE(parseYaml("connector.yaml", text, document, out));
    EXPECT_FALSE(readManifest(document, out));
    out.sort();
    return out;
}

/// "line:column" of each error.
std::vector<std::string> errorPlaces(const Diagnostics& out) {
    std::vector<std::string> places;
    for (const Diagnostic& found : out.items())
        if (found.severity == Severity::Error)
            places.push_back(std::to_string(found.line) + ":" + std::to_string(found.column));
    return places;
}

TEST(ManifestFaults, AMissingKeyAndAWrongOneHideNothing) {
    const Diagnostics out = readAll(R"(key: Acme_X
name: Acme
version: 1.0.0
plugin: libacme.so
abi: 2
authentication:
  profiles: [{key: oauth2, name: A}, {key: oauth2, name: B}]
oauth2:
  authorize_url: http://a.example.com/authorize
  token_url: ftp://a.example.com
base_urls: {api: "https://api.example.com/?x=1", more: [x]}
egress: ["https://x"]
webhook: app
events: {object_types: [file], event_types: [CREATE], methods: [webhok]}
documentation: {url: x, date_read: 2026-02-30}
)");
    EXPECT_EQ(
        errorPlaces(out),
        (std::vector<std::string>{
            "1:1",
            "1:6",
            "5:6",
            "7:3",
            "7:44",
            "9:18",
            "10:14",
            "11:18",
            "11:56",
            "12:10",
            "14:46",
            "14:65",
            "15:22",
            "15:36"})
    ) << printed(out);
    EXPECT_EQ(out.warningCount(), 0U) << "'webhok' may well be meant for it\n" << printed(out);
}

TEST(ManifestFaults, AParameterHidesNoOtherOneAndNothingOfItself) {
    const std::string before = "parameters:\n";
    const std::string head = std::string(kSmall).substr(0, std::string(kSmall).find(before));
    const Diagnostics out = readAll(head + before + R"(
  - {key: a.a, name: x, description: x, type: foo, secret: true, min: 1, default: 5, pattern: "("}
  - {key: a.b, name: x, description: x, type: enum, default: x}
  - {key: a.b, name: x, description: x, type: integer, min: 5, max: 3}
  - {key: a.c, name: x, description: x, type: enum, values: [1, 2], default: 3, profile: apiKey}
  - {key: a..d, name: x, description: x, type: integer, default: x}
  - {key: a.e, name: x, type: string, depends_on: {key: a..d}}
  - a.f
)");
    const std::string text = printed(out);
    EXPECT_EQ(out.errorCount(), 11U) << text;
    for (const char* message :
         {"the value of 'type' is none of: string",
          "not a POSIX extended regular expression",
          "'a.b' must have 'values' if",
          "the parameter 'a.b' stands here twice",
          "its 'max' is less than its 'min'",
          "the default of 'a.c' is none of: 1, 2",
          "no authentication profile 'apiKey'",
          "a key is words of letters",
          "the default of 'a..d' is not a whole number",
          "the key 'description' is missing in a parameter",
          "an item of 'parameters' is a mapping",
          "warning: 'a.a' is secret, and everybody can read its default"})
        EXPECT_NE(text.find(message), std::string::npos) << message << "\n" << text;
    EXPECT_EQ(text.find("is none of: \n"), std::string::npos) << text;
}

TEST(ManifestFaults, SectionsOfAConnectorWithoutCodeAreToldApart) {
    const Diagnostics out = readAll(R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
webhook: instance
events: {object_types: [thing], event_types: [CREATED], methods: [webhook]}
notifications:
  verify: [{method: hmca, header: x}, {method: token}]
  marks: maybe
  oauth2: {token_url: https://x}
polling:
  resources:
    - {name: A, list: {url: https://x, records: items}}
  requests: []
map:
  - {evnt: created, id: /id}
  - {event: created}
egress: [x]
parameters: [{key: webhook.secret, name: S, description: S., type: string, secret: true}]
)");
    const std::string text = printed(out);
    EXPECT_EQ(out.errorCount(), 9U) << text;
    for (const char* message :
         {":10:21: error: the value of 'method' is none of",
          ":10:40: error: 'token' needs 'header', 'query' or 'body'",
          ":11:10: error: the value of 'marks' is neither",
          ":12:3: error: unknown key 'oauth2' in 'notifications'",
          "it belongs beside 'notifications', not below",
          ":15:14: error: the value of 'name' is wrong",
          ":15:49: error: this is no pointer",
          ":16:3: error: unknown key 'requests' in 'polling'",
          ":18:6: error: unknown key 'evnt' in a rule of 'map'",
          ":19:6: error: an event needs the 'id'"})
        EXPECT_NE(text.find(message), std::string::npos) << message << "\n" << text;
    EXPECT_EQ(text.find("'rate'"), std::string::npos) << "it does not take a list\n" << text;
}

/// The values below `node`, each by its place among the children.
void eachValue(
    const YamlNode& node,
    std::vector<std::size_t>& path,
    const std::function<void(const std::vector<std::size_t>&)>& take
) {
    const std::size_t step = node.isMapping() ? 2 : 1;
    for (std::size_t at = step - 1; at < node.children.size(); at += step) {
        path.push_back(at);
        take(path);
        eachValue(node.children[at], path, take);
        path.pop_back();
    }
}

YamlNode& nodeAt(YamlNode& root, const std::vector<std::size_t>& path) {
    YamlNode* node = &root;
    for (const std::size_t at : path)
        node = &node->children[at];
    return *node;
}

/// Of them, those that have all sections there are.
std::vector<std::filesystem::path> shippedManifests() {
    std::vector<std::filesystem::path> files{sourceFolder() / "plugins/dropbox/connector.yaml"};
    for (const char* name : {"github.yaml", "googledrive.yaml", "hubspot.yaml", "zendesk.yaml"})
        files.push_back(sourceFolder() / "connectors" / name);
    return files;
}

TEST(ManifestFaults, WhatNobodyKnowsIsFoundNoFaultWith) {
    for (const std::filesystem::path& file : shippedManifests()) {
        YamlDocument good;
        Diagnostics none;
        ASSERT_TRUE(parseYamlFile(file, good, none)) << file;
        std::vector<std::size_t> path;
        eachValue(good.root, path, [&](const std::vector<std::size_t>& at) {
            YamlDocument document = good;
            YamlNode& node = nodeAt(document.root, at);
            const std::uint32_t line = node.line;
            YamlNode gap;
            gap.kind = YamlKind::Scalar;
            gap.is_unresolved = true;
            gap.line = line;
            gap.column = node.column;
            node = gap;
            document.has_gaps = true;
            Diagnostics out;
            readManifest(document, out);
            EXPECT_TRUE(out.items().empty()) << file << ":" << line << "\n" << printed(out);
        });
        if (testing::Test::HasFailure()) return;
    }
}

TEST(ManifestFaults, WhatAValueNeverIsIsRefusedWithoutACrash) {
    for (const std::filesystem::path& file : shippedManifests()) {
        YamlDocument good;
        Diagnostics none;
        ASSERT_TRUE(parseYamlFile(file, good, none)) << file;
        YamlNode item;
        item.kind = YamlKind::Mapping;
        YamlNode wrong;
        wrong.kind = YamlKind::Sequence;
        wrong.children = {item, item};
        std::vector<std::size_t> path;
        eachValue(good.root, path, [&](const std::vector<std::size_t>& at) {
            for (const bool is_removed : {false, true}) {
                YamlDocument document = good;
                YamlNode& node = nodeAt(document.root, at);
                wrong.line = node.line;
                wrong.column = node.column;
                if (is_removed) {
                    std::vector<std::size_t> outer(at.begin(), at.end() - 1);
                    auto& siblings = nodeAt(document.root, outer).children;
                    const auto first = siblings.begin() + static_cast<std::ptrdiff_t>(at.back());
                    const bool is_entry = nodeAt(document.root, outer).isMapping();
                    siblings.erase(is_entry ? first - 1 : first, first + 1);
                } else {
                    node = wrong;
                }
                Diagnostics out;
                const bool is_read = readManifest(document, out).has_value();
                EXPECT_EQ(is_read, !out.hasErrors());
                EXPECT_TRUE(is_removed || out.hasErrors()) << file << ":" << wrong.line;
            }
        });
        if (testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace ferry::config
