// Goal: a program of jq is read with its place, and what it must not use is found wherever it
// stands, and nowhere else. Method: small programs; a small connector with one part changed at a
// time.

#include "config/jq_reader.h"

#include "config/jq_scan.h"
#include "unit/config/declarative_case.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "at:word" of each fault.
std::vector<std::string> faultsOf(std::string_view program) {
    std::vector<std::string> faults;
    for (const JqFault& fault : scanJq(program))
        faults.push_back(fmt::format("{}:{}", fault.at, fault.word));
    return faults;
}

TEST(JqScan, FindsWhatMustNotBeUsed) {
    for (const char* word :
         {"import",
          "include",
          "input",
          "inputs",
          "input_filename",
          "input_line_number",
          "debug",
          "stderr",
          "halt",
          "halt_error",
          "modulemeta",
          "get_search_list"}) {
        EXPECT_THAT(faultsOf(fmt::format(".a | {}", word)), ElementsAre(fmt::format("5:{}", word)));
        EXPECT_THAT(
            faultsOf(fmt::format("{{a: {}}}", word)), ElementsAre(fmt::format("4:{}", word))
        );
        EXPECT_THAT(
            faultsOf(fmt::format("\"a\\(\"b\\({})\")\"", word)),
            ElementsAre(fmt::format("8:{}", word))
        );
        EXPECT_THAT(
            faultsOf(fmt::format("{{({}): 1}}", word)), ElementsAre(fmt::format("2:{}", word))
        );
        EXPECT_THAT(faultsOf(fmt::format("# x\n{}", word)), ElementsAre(fmt::format("4:{}", word)));
        for (const char* good :
             {".{0}",
              ".a.{0}",
              "{{{0}: 1}}",
              "{{a: 1, {0}}}",
              "\"{0}\"",
              "# {0}",
              "${0}",
              "@{0}",
              "{{a: {{{0}: 2}}, {0}: [1, 2]}}",
              "{0}x",
              "x{0}",
              "\"\\\"{0}\"",
              "x::{0}"})
            EXPECT_THAT(faultsOf(fmt::format(fmt::runtime(good), word)), IsEmpty()) << good << word;
    }
    EXPECT_THAT(faultsOf("$__prog_args"), ElementsAre("0:$__prog_args"));
    EXPECT_THAT(faultsOf("env | $ENV, $__loc__, now"), IsEmpty());
}

TEST(JqScan, FindsWhatIsNotClosed) {
    EXPECT_THAT(faultsOf("([{\"\\(1)\"}])"), IsEmpty());
    EXPECT_THAT(faultsOf("(1"), ElementsAre("0:("));
    EXPECT_THAT(faultsOf("1)"), ElementsAre("1:)"));
    EXPECT_THAT(faultsOf("[1)"), ElementsAre("2:)"));
    EXPECT_THAT(faultsOf("\"abc"), ElementsAre("0:\""));
    EXPECT_THAT(faultsOf("\"abc\\"), ElementsAre("0:\""));
    EXPECT_THAT(faultsOf("\"abc\\("), ElementsAre("0:\"", "5:("));
    EXPECT_THAT(faultsOf(""), IsEmpty());
}

/// Where versions of jq differ in what a comment is, something could hide behind it.
TEST(JqScan, NothingHidesBehindComments) {
    EXPECT_THAT(faultsOf("# a \\\n1"), ElementsAre("4:\\"));
    EXPECT_THAT(faultsOf("# a \r \" \n 1"), ElementsAre("0:#"));
    EXPECT_EQ(scanJq(std::string_view("1\0 2", 4)).size(), 1U);
}

TEST(JqScan, TakesTimeThatGrowsWithTheProgramAlone) {
    std::string program;
    for (int i = 0; i < 16'000; ++i)
        program += "([{\"";
    EXPECT_LT(scanJq(program).size(), program.size() + 1);
}

TEST(JqScan, KnowsNames) {
    for (const char* good : {"a", "_a", "A1", "region", "inputs"})
        EXPECT_TRUE(isJqName(good)) << good;
    for (const char* bad : {"", "1a", "a-b", "ENV", "if", "__loc__", "a b", "ä"})
        EXPECT_FALSE(isJqName(bad)) << bad;
}

constexpr std::string_view kHead = R"(key: acme
name: Acme
hub: general
version: 1.0.0
plugin: declarative
abi: 1
webhook: instance
events: {object_types: [thing], event_types: [CREATED], methods: [webhook]}
notifications:
  verify: [{method: hmac, header: X-Signature}]
)";

Reading readWith(std::string_view rest) {
    return readWithSecret(std::string(kHead).append(rest).append("\n"));
}

TEST(JqReader, GivesThePluginTheProgramWithItsLine) {
    const Reading reading =
        readWith("jq:\n  values: {event: header:X-Event}\n  program: |\n    .a\n    | .b\n");
    EXPECT_THAT(reading.findings, IsEmpty());
    ASSERT_TRUE(reading.manifest);
    EXPECT_TRUE(reading.manifest->uses_jq);
    EXPECT_EQ(
        setting(reading, "jq"),
        R"({"program":".a\n| .b\n","line":14,"values":{"event":{"header":"x-event"}}})"
    );
    const Reading plain = readWith("jq: {program: .a}\n");
    ASSERT_TRUE(plain.manifest);
    EXPECT_EQ(setting(plain, "jq"), R"({"program":".a","line":11,"values":{}})");
    EXPECT_FALSE(readWith("map: [{event: created, id: /id}]\n").manifest->uses_jq);
}

TEST(JqReader, TellsMistakesAtTheirPlace) {
    const std::pair<const char*, const char*> cases[] = {
        {"jq:\n  program: |\n    .a\n      | input\n", "acme.yaml:14:9: error: 'input' can't be"},
        {"jq:\n  program: |\n\n    .a | (\n", "acme.yaml:14:10: error: this bracket is not closed"},
        {"jq: {program: .a | halt}\n", "acme.yaml:11:20: error: 'halt' can't be used here"},
        {"jq: {program: '.a | halt'}\n", "acme.yaml:11:21: error: 'halt' can't be used here"},
        {"jq: {program: ''}\n", "acme.yaml:11:15: error: the "},
        {"jq:\n  program: >\n    .a\n", "acme.yaml:12:12: error: '>' makes one line of a program"},
        {"jq: {values: {a: /a}}\n", "acme.yaml:11:5: error: the key 'program' is missing"},
        {"jq: {program: ., values: {if: /a}}\n", "acme.yaml:11:27: error: 'if' is no name"},
        {"jq: {program: ., values: {a: 'body:a'}}\n", "acme.yaml:11:30: error: 'body' takes a"},
        {"jq: {program: ., valeus: {a: /a}}\n", "did you mean 'values'?"},
        {"jq: {program: .}\nmap: [{event: created, id: /id}]\n",
         "acme.yaml:11:1: error: a connector has either 'map' or 'jq'"},
        {"jq: .a\n", "acme.yaml:11:5: error: 'jq' takes a mapping"},
    };
    for (const auto& [text, finding] : cases) {
        const Reading reading = readWith(text);
        EXPECT_THAT(fmt::format("{}", fmt::join(reading.findings, "\n")), HasSubstr(finding))
            << text;
        EXPECT_FALSE(reading.manifest) << text;
    }
    EXPECT_THAT(
        readWith("").findings, ElementsAre(HasSubstr("there is no 'map' and no 'jq' that says"))
    );
}

}  // namespace
}  // namespace ferry::config
