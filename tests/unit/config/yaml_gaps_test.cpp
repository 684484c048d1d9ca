// Goal: a duplicate key, or an alias that stands for nothing, is one finding and hides no other one of
// its file, and makes none that is not true. Method: files with several mistakes.

#include "config/hub_config.h"
#include "config/yaml_document.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

TEST(YamlGaps, AnAliasThatStandsForNothingDoesNotHideTheRest) {
    YamlDocument document;
    Diagnostics out;

    const char* text =
        "a: *nowhere\nb: 1\nb: 2\nc: [*n, 3]\nd:\n  <<: *gone\n  e: 4\nf: &f [*f, 5]\n";
    ASSERT_TRUE(parseYaml("f.yaml", text, document, out));

    out.sort();
    std::vector<std::string> found;
    for (const Diagnostic& item : out.items())
        found.push_back(std::to_string(item.line) + ":" + std::to_string(item.column));
    EXPECT_EQ(found, (std::vector<std::string>{"1:4", "3:1", "4:5", "6:7", "8:8"})) << printed(out);
    EXPECT_TRUE(document.has_gaps);
    EXPECT_TRUE(document.root.is_faulty);
    EXPECT_TRUE(document.root.find("a")->isGap());
    EXPECT_EQ(document.root.find("a")->text, "");
    EXPECT_EQ(document.root.find("b")->text, "1");
    EXPECT_TRUE(document.root.find("c")->children[0].isGap());
    EXPECT_EQ(document.root.find("c")->children[1].text, "3");
    EXPECT_TRUE(document.root.find("d")->isGap()) << "there may be more in it";
    EXPECT_EQ(document.root.find("d")->find("e")->text, "4");
    EXPECT_EQ(document.root.find("d")->entryCount(), 1U);
    EXPECT_FALSE(document.root.find("b")->isGap());
}

TEST(YamlGaps, PassesOverSoManyAliasesAndNoMore) {
    std::string lines;
    for (std::size_t line = 0; line <= kYamlGapsMax; ++line)
        lines += "x" + std::to_string(line) + ": *none\n";
    YamlDocument document;
    Diagnostics out;

    EXPECT_FALSE(parseYaml("f.yaml", lines, document, out));

    EXPECT_EQ(out.errorCount(), kYamlGapsMax + 1) << printed(out);
}

TEST(YamlGaps, InstancesAreCheckedAroundThem) {
    const struct {
        const char* text;
        std::vector<std::string> findings;
    } cases[] = {
        {"instances:\n  - name: a\n    key: dropbox\n    key: dropbox\n    tag: x\n"
         "    configuration: {oauth.api.key: a, oauth.callback.url: https://h/cb}\n",
         {":4:5: error: the key 'key' stands here twice",
          ":5:5: error: unknown key 'tag'",
          ":6:5: error: the parameter 'oauth.api.secret' is required"}},
        {"instances:\n  - name: *none\n    key: dropbox\n    configuration:\n"
         "      oauth.callback.url: *base\n      oauth.api.kee: k\n      event.baseline: maybe\n",
         {":2:11: error: an unquoted '*' begins an alias",
          ":4:5: error: the parameter 'oauth.api.secret' is required",
          ":5:27: error: an unquoted '*' begins an alias",
          ":6:7: error: unknown parameter 'oauth.api.kee'",
          ":7:23: error: the value of 'event.baseline'"}},
        // What is required may be in what the alias stands for.
        {"instances:\n  - name: a\n    key: dropbox\n    configuration:\n      <<: *base\n"
         "      event.baseline: maybe\n",
         {":5:11: error: an unquoted '*' begins an alias", ":6:23: error: the value of"}},
        {"instances:\n  - <<: *base\n    tag: x\n",
         {":2:9: error: an unquoted '*' begins an alias", ":3:5: error: unknown key 'tag'"}},
        {"instances:\n  - name: a\n    key: dropbox\n    configuration: *base\n    tag: x\n",
         {":4:20: error: an unquoted '*' begins an alias", ":5:5: error: unknown key 'tag'"}},
        {"instances:\n  - *base\n  - name: b\n    key: dropbx\n",
         {":2:5: error: an unquoted '*' begins an alias", ":4:10: error: there is no connector"}},
        {"instances: *base\nmore: x\n",
         {":1:12: error: an unquoted '*' begins an alias", ":2:1: error: unknown key 'more'"}},
    };
    for (const auto& [text, findings] : cases) {
        Diagnostics out;

        const InstanceLoad load = readText(text, withVariables({}), out);

        EXPECT_EQ(out.errorCount(), findings.size()) << text << printed(out);
        for (const std::string& finding : findings)
            EXPECT_NE(printed(out).find(finding), std::string::npos) << finding << printed(out);
        EXPECT_TRUE(load.instances.empty()) << text;
        EXPECT_FALSE(load.rejected.empty()) << text;
    }
}

TEST(YamlGaps, TheHubsConfigurationIsCheckedAroundThem) {
    const char* text =
        "listen: x:1\nlisten: y:1\npublic_url: *base\ndelivery: {<<: *common, timeout: 5}\n"
        "plugins: [*p]\nhttp: *h\nproviders: {dropbox: {base_urls: {api: *a}}}\nstorag: sqlite\n";
    Diagnostics out;

    YamlDocument document;
    ASSERT_TRUE(parseYaml("ferry.yaml", text, document, out));
    const auto config = readHubConfig(document, withVariables({}), out);

    EXPECT_FALSE(config);
    EXPECT_EQ(out.errorCount(), 8U) << printed(out);
    for (const char* finding :
         {":2:1: error: the key 'listen' stands here twice", ":3:13: error: an unquoted '*'",
          ":4:16: error: an unquoted '*'", ":4:34: error: the value of 'timeout'",
          ":5:11: error: an unquoted '*'", ":6:7: error: an unquoted '*'",
          ":7:40: error: an unquoted '*'", ":8:1: error: unknown key 'storag'"}) {
        EXPECT_NE(printed(out).find(finding), std::string::npos) << finding << printed(out);
    }
}

}  // namespace
}  // namespace ferry::config
