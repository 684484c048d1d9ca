// Goal: every mistake a person makes in YAML gets one finding at the right place, in words that
// say what to do, and good YAML gives the tree as written. Method: a table of texts, each with the
// expected line, column, message and suggestion; limits tried one below, at, and one above.

#include "config/yaml_document.h"

#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ferry::config {
namespace {

struct Mistake {
    const char* name;
    std::string text;
    std::uint32_t line;
    std::uint32_t column;
    const char* message;     // part of it
    const char* suggestion;  // part of it
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
    *out << mistake.name;
}

class YamlMistake : public testing::TestWithParam<Mistake> {};

TEST_P(YamlMistake, IsReportedAtItsPlaceWithWhatToDo) {
    const Mistake& mistake = GetParam();
    YamlDocument document;
    Diagnostics out;

    parseYaml("f.yaml", mistake.text, document, out);

    ASSERT_EQ(out.items().size(), 1U) << printed(out);
    const Diagnostic& found = out.items()[0];
    EXPECT_EQ(found.severity, Severity::Error);
    EXPECT_EQ(found.file, "f.yaml");
    EXPECT_EQ(found.line, mistake.line) << printed(out);
    EXPECT_EQ(found.column, mistake.column) << printed(out);
    EXPECT_NE(found.message.find(mistake.message), std::string::npos) << printed(out);
    EXPECT_NE(found.suggestion.find(mistake.suggestion), std::string::npos) << printed(out);
}

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    for (std::size_t at = 0; at < count; ++at)
        all += text;
    return all;
}

std::string aliasBomb() {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 10; ++level) {
        const std::string below = "*a" + std::to_string(level - 1);
        text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
        text += repeated(", " + below, 8) + "]\n";
    }
    return text;
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    YamlMistake,
    testing::Values(
        Mistake{"Empty", "", 0, 0, "the file is empty", ""},
        Mistake{"OnlyAComment", "# nothing\n\n", 0, 0, "the file is empty", ""},
        Mistake{"TabBelowAKey", "a:\n\tb: 1\n", 2, 1, "tab", "spaces"},
        Mistake{"TabAfterSpaces", "a:\n  b: 1\n  \tc: 2\n", 3, 3, "tab", "spaces"},
        Mistake{
            "DeeperThanItsNeighbour",
            "a:\n  b: 1\n   c: 2\n",
            3,
            4,
            "deeper than line 2",
            "by 2 spaces"},
        Mistake{
            "LessDeepThanItsNeighbour",
            "a:\n    b: 1\n  c: 2\n",
            3,
            3,
            "matches no line above",
            "align"},
        Mistake{"NoColon", "a: 1\nlisten 127\nb: 2\n", 2, 1, "no ':'", "key: value"},
        Mistake{"NoColonInTheLastLine", "a: 1\nlisten 127\n", 2, 1, "no ':'", "key: value"},
        Mistake{"NoSpaceAfterColon", "a: 1\nb:2\nc: 3\n", 2, 1, "no space after", "key: value"},
        Mistake{
            "NoSpaceAfterColonInTheLastLine", "a: 1\nb:2\n", 2, 1, "no space after", "key: value"},
        Mistake{
            "NoSpaceAfterAnyColon", "a:1\nb:2\n", 1, 1, "'key: value' lines", "space after each"},
        Mistake{"DuplicateKey", "a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands here twice", "line 1"},
        Mistake{
            "DuplicateKeyBelow", "x:\n  a: 1\n  'a': 3\n", 3, 3, "'a' stands here twice", "line 2"},
        Mistake{"AtSign", "a: @home\n", 1, 4, "can't begin with '@'", "quotes"},
        Mistake{"Backtick", "a: `x`\n", 1, 4, "can't begin with '`'", "quotes"},
        Mistake{"Percent", "a: %x\n", 1, 4, "can't begin with '%'", "quotes"},
        Mistake{"Asterisk", "a: *.example.com\n", 1, 4, "alias", "quotes"},
        Mistake{"AsteriskAlone", "a: *\n", 1, 5, "alias", "quotes"},
        Mistake{"ColonInValue", "a: b: c\n", 1, 5, "':' stands inside", "quotes"},
        Mistake{"OpenDoubleQuote", "a: \"x\nb: 2\n", 1, 4, "never closed", "close"},
        Mistake{"OpenSingleQuote", "a: 'it''s\nb: 2\n", 1, 4, "never closed", "close"},
        Mistake{"WindowsPath", "a: \"C:\\data\"\n", 1, 9, "backslash", "single quotes"},
        Mistake{"OpenBracket", "a: [1, 2\nb: 3\n", 2, 2, "'[' is not closed", "']'"},
        Mistake{"OpenBrace", "a: {x: 1\nb: 3\n", 2, 2, "'{' is not closed", "'}'"},
        Mistake{
            "ReferenceInBrackets", "a: [${env:X}]\n", 1, 6, "must be in quotes", "\"${env:NAME}\""},
        Mistake{
            "ReferenceInBraces",
            "a: {b: ${env:X}}\n",
            1,
            9,
            "must be in quotes",
            "\"${env:NAME}\""},
        Mistake{"Template", "a: {{ x }}\n", 1, 5, "a key must be plain text", "quotes"},
        Mistake{"ItemAmongKeys", "a: 1\n- b\n", 2, 1, "a list item stands where a key", "indent"},
        Mistake{"KeyAmongItems", "- a\nb: 1\n", 2, 1, "mixed", "indent"},
        Mistake{"KeyAmongItemsBelow", "x:\n  - a\n  b: 1\n", 3, 3, "where a list item", "- "},
        Mistake{"TwoDocuments", "a: 1\n---\nb: 2\n", 2, 1, "second document", "own file"},
        Mistake{"OnlyAList", "- a\n- b\n", 1, 1, "not a list", ""},
        Mistake{"OnlyAWord", "hello\n", 1, 1, "not a single value", ""},
        Mistake{"ForeignTag", "a: !secret x\n", 1, 4, "tag '!secret'", "${env:NAME}"},
        Mistake{"ForeignTagOnNothing", "a: !env\n", 1, 4, "tag '!env'", "${env:NAME}"},
        Mistake{"MergeOfText", "a:\n  <<: x\n", 2, 7, "only mappings can be merged", "anchor"},
        Mistake{"AliasInItself", "a: &x [*x]\n", 1, 8, "inside what it stands for", "write"},
        Mistake{"AliasBomb", aliasBomb(), 6, 10, "stand for too much", "write"},
        Mistake{"DeepBrackets", "a: " + repeated("[", 100000), 1, 20, "nest", ""},
        Mistake{"DeepQuestionMarks", repeated("? ", 100000), 1, 65, "nest", ""},
        Mistake{"NotUtf8", "a: 1\nb: caf\xE9\n", 2, 7, "not UTF-8", "save"},
        Mistake{"CutUtf8", "b: ü\xC3", 1, 6, "not UTF-8", "save"},
        Mistake{
            "Utf16",
            std::string(
                "\xFF\xFE"
                "a\0:\0 \0\x31\0",
                10
            ),
            1,
            1,
            "not UTF-8",
            "save"},
        Mistake{"ControlCharacter", "a: x\x04y\n", 1, 5, "0x04", "remove"},
        Mistake{
            "NulCharacter", std::string("a: \0\n", 5), 1, 4, "control character 0x00", "remove"},
        Mistake{"Utf16WithoutMark", std::string("a\0:\0", 4), 1, 1, "not UTF-8", "save"},
        Mistake{"LoneCarriageReturn", "a: x\rb: y\r\n", 1, 5, "0x0d", "remove"},
        Mistake{"WrongVersion", "%YAML 3.0\n---\na: 1\n", 1, 1, "major version", ""}
    ),
    [](const auto& test) { return std::string(test.param.name); }
);

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
    };
    for (const char* text : texts) {
        YamlDocument document;
        Diagnostics out;

        parseYaml("f.yaml", text, document, out);

        EXPECT_TRUE(out.hasErrors()) << text;
        EXPECT_EQ(allText(out).find("hunter2"), std::string::npos) << allText(out);
    }
}

}  // namespace
}  // namespace ferry::config
