// Goal: every mistake a person makes in YAML gets one finding at the right place, in words that
// say what to do. Method: a table of texts, each with the expected line, column, message and
// suggestion.

#include "config/yaml_document.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

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

TEST(YamlMistakes, SlipsOfOneFileAreToldTogether) {
    YamlDocument document;
    Diagnostics out;

    EXPECT_FALSE(parseYaml(
        "f.yaml",
        "a: 1\nb:two\nc:\n  d: @e\n  f:`g`\n  h: |\n    @ is `fine`\ni: 'j' k\n",
        document,
        out
    ));

    out.sort();
    std::vector<std::string> told;
    for (const Diagnostic& one : out.items())
        told.push_back(std::to_string(one.line) + ": " + one.message);
    EXPECT_EQ(
        told,
        (std::vector<std::string>{
            "2: there is no space after the ':'",
            "4: a value can't begin with '@'",
            "5: there is no space after the ':'",
            "8: a value ends before this place, and something follows it"})
    ) << printed(out);
}

TEST(YamlMistakes, AFileFullOfSlipsIsReadABoundedNumberOfTimes) {
    YamlDocument document;
    Diagnostics out;
    EXPECT_FALSE(parseYaml("f.yaml", repeated("- @x\n", 1'000), document, out));
    EXPECT_EQ(out.items().size(), kYamlSlipsMax + 1);
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
        Mistake{
            "NoSpaceAfterTheColonOfAnItem",
            "x:\n  - a:1\n    b: 2\n",
            2,
            5,
            "no space after the ':'",
            "key: value"},
        Mistake{"NoColonInAnItem", "x:\n  - a\n    b: 2\n", 2, 5, "no ':'", "key: value"},
        Mistake{
            "DeeperThanTheKeyOfAnItem",
            "x:\n  - a: 1\n      b: 2\n",
            3,
            7,
            "deeper than line 2",
            "by 4 spaces"},
        Mistake{
            "NoSpaceAfterADash",
            "x:\n  -a: 1\n    b: 2\n",
            2,
            3,
            "no space after the '-'",
            "- key"},
        Mistake{
            "NoSpaceAfterALaterDash",
            "x:\n  - a: 1\n    b: 2\n  -a: 1\n    b: 2\n",
            4,
            3,
            "no space after the '-'",
            "- key"},
        Mistake{
            "UrlGluedToItsKey",
            "a: 1\nhook.url:https://x.example/\nb: 2\n",
            2,
            1,
            "no space after the ':'",
            "key: value"},
        Mistake{
            "UrlInPlaceOfAKey", "a: 1\nhttps://x.example/\nb: 2\n", 2, 1, "no ':'", "key: value"},
        Mistake{
            "NoBreakSpaceAsIndentation",
            "a:\n\u00A0 b: 1\n",
            2,
            1,
            "only looks like a space",
            "spaces"},
        Mistake{
            "NoBreakSpaceAfterSpaces",
            "a:\n  b: 1\n  \u00A0c: 2\n",
            3,
            3,
            "only looks like a space",
            "spaces"},
        Mistake{
            "NoBreakSpaceAfterAColon",
            "a: 1\nb:\u00A02\nc: 3\n",
            2,
            1,
            "looks like a space and is another character",
            "key: value"},
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
        Mistake{"QuoteInsideQuotes", "a: 'it's'\nb: 2\n", 1, 8, "something follows", "quotes"},
        Mistake{"TextBehindAQuote", "a: 1\nb: \"x\"y\n", 2, 7, "something follows", "whole value"},
        Mistake{"TextBehindABracket", "a: [::1]:8080\nb: 2\n", 1, 9, "something follows", "whole"},
        Mistake{"WindowsPath", "a: \"C:\\data\"\n", 1, 9, "backslash", "single quotes"},
        Mistake{
            "QuoteThatEndsInALaterLine",
            "a: \"x\nb: 2\nc: \"y\"\n",
            1,
            4,
            "the quote that begins here ends only in line 3",
            "close it"},
        Mistake{"OpenBracketAtTheEnd", "a: [", 1, 4, "before the end of the file", "']'"},
        Mistake{"OpenBracketInTheLastLine", "x:\n  - a: [1,\n", 2, 8, "end of the file", "']'"},
        Mistake{
            "OpenBracketAboveKeys", "a: [b, c\nd:\n  e: 1\n", 1, 4, "before line 2", "']' or ','"},
        Mistake{"WrongBracket", "a: [{x: 1]\nb: 3\n", 1, 10, "does not close the one", "brackets"},
        Mistake{"OpenBracket", "a: [1, 2\nb: 3\n", 1, 4, "'[' is not closed before line 2", "']'"},
        Mistake{"OpenBracketBehindTheLastItem", "a: [1, 2\n", 1, 4, "before the end of the file", "']'"},
        Mistake{"OpenBracketAtTheLastByte", "a: [1, 2", 1, 4, "before the end of the file", "']'"},
        Mistake{"OpenBrace", "a: {x: 1\nb: 3\n", 1, 4, "'{' is not closed before line 2", "'}'"},
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

}  // namespace
}  // namespace ferry::config
