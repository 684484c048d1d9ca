// Goal: good YAML gives the tree as written, within limits. Method: texts and what is read of them;
// limits tried one below, at, and one above.

#include "config/yaml_document.h"

#include "config/hub_parameters.h"
#include "config/source_text.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ferry::config {
namespace {

YamlNode parsed(const std::string& text) {
    YamlDocument document;
    Diagnostics out;
    const bool is_parsed = parseYaml("f.yaml", text, document, out);
    if (!is_parsed || out.hasErrors()) throw std::runtime_error(printed(out));
    return std::move(document.root);
}

TEST(YamlDocument, KeepsScalarsAsWrittenWithTheirPlaces) {
    const YamlNode root = parsed("a: 007\nb:\n  - yes\n  - \"1e3\"\nc: ~\nd:\n");

    EXPECT_EQ(root.find("a")->text, "007");
    EXPECT_FALSE(root.find("a")->is_quoted);
    ASSERT_TRUE(root.find("b")->isSequence());
    EXPECT_EQ(root.find("b")->children[0].text, "yes");
    EXPECT_EQ(root.find("b")->children[1].text, "1e3");
    EXPECT_TRUE(root.find("b")->children[1].is_quoted);
    EXPECT_EQ(root.find("b")->children[1].line, 4U);
    EXPECT_EQ(root.find("b")->children[1].column, 5U);
    EXPECT_TRUE(root.find("c")->isNull());
    EXPECT_EQ(root.find("c")->column, 4U);
    EXPECT_TRUE(root.find("d")->isNull());
    EXPECT_EQ(root.find("d")->line, 6U);
}

TEST(YamlDocument, ReadsWindowsTextLikeAnyOther) {
    const YamlNode root = parsed(
        "\xEF\xBB\xBF"
        "a: x\r\nb:\r\n  - c # why\r\n  - 'd'\r\n"
    );

    EXPECT_EQ(root.key(0).text, "a");
    EXPECT_EQ(root.find("a")->text, "x");
    EXPECT_EQ(root.find("b")->children[1].text, "d");
    EXPECT_EQ(root.find("b")->children[1].line, 4U);
}

TEST(YamlDocument, AllowsTabsWhereTheyDoNoHarm) {
    const YamlNode root = parsed("a: |\n  \tliteral\nb: x\t# comment\n\t# comment\nc: 1\n");

    EXPECT_EQ(root.find("a")->text, "\tliteral\n");
    EXPECT_EQ(root.find("b")->text, "x");
}

TEST(YamlDocument, AppliesAliasesAndMergeKeys) {
    const YamlNode root =
        parsed("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz: *x\nw:\n  <<: [*x, {c: 4}]\n");

    EXPECT_EQ(root.find("y")->entryCount(), 2U);
    EXPECT_EQ(root.find("y")->find("a")->text, "1");
    EXPECT_EQ(root.find("y")->find("b")->text, "3");
    EXPECT_EQ(root.find("z")->find("b")->text, "2");
    EXPECT_EQ(root.find("w")->find("c")->text, "4");
}

TEST(YamlDocument, AllowsNestingUpToTheLimit) {
    const auto nested = [](std::size_t levels) {
        return "a: " + repeated("[", levels - 1) + repeated("]", levels - 1) + "\n";
    };
    YamlDocument document;
    Diagnostics good;
    Diagnostics bad;

    EXPECT_TRUE(parseYaml("f", nested(kYamlDepthMax), document, good)) << printed(good);
    EXPECT_FALSE(parseYaml("f", nested(kYamlDepthMax + 1), document, bad));
}

TEST(YamlDocument, CountsNestingThatAliasesAdd) {
    std::string text = "a0: &a0 [x]\n";
    for (int level = 1; level < 40; ++level) {
        text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [*a" +
                std::to_string(level - 1) + "]\n";
    }
    YamlDocument document;
    Diagnostics out;

    EXPECT_FALSE(parseYaml("f", text, document, out));

    EXPECT_NE(printed(out).find("nesting"), std::string::npos) << printed(out);
}

TEST(YamlDocument, ReportsEveryDuplicateAtOnce) {
    std::string text;
    for (int at = 0; at < 40; ++at)
        text += "k" + std::to_string(at % 20) + ": 1\n";
    YamlDocument document;
    Diagnostics out;

    EXPECT_TRUE(parseYaml("f", text, document, out));

    EXPECT_EQ(out.errorCount(), 20U);
    EXPECT_TRUE(document.root.is_faulty);
}

TEST(YamlDocument, RefusesAFileThatIsTooLarge) {
    YamlDocument document;
    Diagnostics out;

    EXPECT_FALSE(parseYaml("f", std::string(kFileBytesMax + 1, '#'), document, out));

    EXPECT_NE(printed(out).find("larger than 64 MiB"), std::string::npos) << printed(out);
}

TEST(YamlDocument, NamesWhatIsWrongWithAPath) {
    const TempFolder folder;
    YamlDocument document;
    Diagnostics out;

    EXPECT_FALSE(parseYamlFile(folder.path() / "none.yaml", document, out));
    EXPECT_FALSE(parseYamlFile(folder.path(), document, out));

    EXPECT_NE(printed(out).find("No such file"), std::string::npos) << printed(out);
    EXPECT_NE(printed(out).find("not a regular file"), std::string::npos) << printed(out);
}

TEST(YamlDocument, NeverShowsASecretAlongWithASyntaxFault) {
    const char* texts[] = {
        "oauth.api.secret: @hunter2\n",
        "oauth.api.secret: hunter2: x\n",
        "api:\n  user_secret: \"hunter2\n",
        "oauth.user.token: >\n  hunter2\n @hunter2\n",
        "oauth.api.secret:\n  hunter2: @hunter2\n",
        "oauth.api.secret hunter2\nb: 1\n",
        "event.notification.callback.headers: X-Api-Key: hunter2\n",
        "event.notification.callback.headers: \"X-Api-Key: hunter2\n",
        "event.notification.callback.headers: |\n    X: a\n  Y: hunter2: b\n",
        "event.notification.tls.client.key: -----BEGIN: hunter2\n",
        "event.notification.callback.url: https://hooks.example/hunter2: x\n",
    };
    for (const char* text : texts) {
        YamlDocument document;
        Diagnostics out;

        parseYaml("f.yaml", text, document, out);

        EXPECT_TRUE(out.hasErrors()) << text;
        EXPECT_EQ(allText(out).find("hunter2"), std::string::npos) << allText(out);
    }
}

TEST(YamlDocument, KnowsEachSecretParameterByItsName) {
    std::vector<Field> fields = hubParameters();
    const std::vector<Field>& own = dropboxManifest().parameters.fields();
    fields.insert(fields.end(), own.begin(), own.end());
    for (const Field& field : fields) {
        EXPECT_TRUE(!field.is_secret || mayNameSecret(field.key)) << field.key;
    }
}

}  // namespace
}  // namespace ferry::config
