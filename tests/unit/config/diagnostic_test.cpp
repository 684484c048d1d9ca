// Goal: findings print as compilers do, in a fixed order, bounded, and as JSON; near names are
// found. Method: small findings with their exact output.

#include "config/diagnostic.h"

#include "config/suggest.h"

#include <gtest/gtest.h>

#include <sstream>

namespace ferry::config {
namespace {

Diagnostic finding() {
    return {
        .file = "a.yaml",
        .line = 3,
        .column = 6,
        .offending = "calback",
        .message = "unknown key 'calback'",
        .suggestion = "did you mean 'callback'?",
        .source_line = "  \xC3\xBC calback:"
    };
}

TEST(Diagnostics, PrintLikeACompilerWithACaret) {
    Diagnostics diagnostics;
    diagnostics.add(finding());
    std::ostringstream with_lines;
    std::ostringstream without_lines;

    printDiagnostics(with_lines, diagnostics, SourceLines::Show);
    printDiagnostics(without_lines, diagnostics, SourceLines::Hide);

    EXPECT_EQ(
        with_lines.str(),
        "a.yaml:3:6: error: unknown key 'calback'\n"
        "    3 |   \xC3\xBC calback:\n"
        "      |     ^^^^^^^\n"
        "      = did you mean 'callback'?\n"
    );
    EXPECT_EQ(
        without_lines.str(),
        "a.yaml:3:6: error: unknown key 'calback'\n"
        "      = did you mean 'callback'?\n"
    );
    EXPECT_EQ(
        describe(finding()), "a.yaml:3:6: error: unknown key 'calback' (did you mean 'callback'?)"
    );
}

TEST(Diagnostics, PrintNothingThatATerminalObeys) {
    Diagnostics diagnostics;
    diagnostics.add(
        {.file = "a\n.yaml",
         .line = 1,
         .column = 9,
         .offending = "x",
         .message = "unknown key '\x1B[2Jx'",
         .suggestion = "\xC2\x9B",
         .source_line = "\t\xE2\x80\xAE\"\x1B: x"}
    );
    std::ostringstream out;

    printDiagnostics(out, diagnostics, SourceLines::Show);

    EXPECT_EQ(
        out.str(),
        "a .yaml:1:9: error: unknown key '\xEF\xBF\xBD[2Jx'\n"
        "    1 |  \xEF\xBF\xBD\"\xEF\xBF\xBD: x\n"
        "      |       ^\n"
        "      = \xEF\xBF\xBD\n"
    );
}

TEST(Diagnostics, WriteJson) {
    Diagnostics diagnostics;
    diagnostics.add(finding());
    JsonWriter json;

    writeDiagnostics(json, diagnostics);

    EXPECT_EQ(
        json.view(),
        R"({"errors":1,"warnings":0,"dropped":0,"diagnostics":[{"severity":"error",)"
        R"("file":"a.yaml","line":3,"column":6,"offending":"calback",)"
        R"("message":"unknown key 'calback'","suggestion":"did you mean 'callback'?"}]})"
    );
}

TEST(Diagnostics, KeepTheFirstThousandAndCountTheRest) {
    Diagnostics diagnostics;
    Diagnostics more;
    for (std::size_t at = 0; at < Diagnostics::kDiagnosticsMax; ++at)
        diagnostics.add(finding());
    more.add(finding());
    more.add({.severity = Severity::Warning, .file = "b.yaml", .message = "hm"});

    diagnostics.addAll(more);

    EXPECT_EQ(diagnostics.items().size(), Diagnostics::kDiagnosticsMax);
    EXPECT_EQ(diagnostics.errorCount(), Diagnostics::kDiagnosticsMax + 1);
    EXPECT_EQ(diagnostics.warningCount(), 1U);
    EXPECT_EQ(diagnostics.droppedCount(), 2U);
}

TEST(Diagnostics, SortByFileLineAndColumn) {
    Diagnostics diagnostics;
    diagnostics.add({.file = "b", .line = 1, .column = 1, .message = "4"});
    diagnostics.add({.file = "a", .line = 10, .column = 2, .message = "3"});
    diagnostics.add({.file = "a", .line = 9, .column = 5, .message = "2"});
    diagnostics.add({.file = "a", .line = 9, .column = 1, .message = "1"});

    diagnostics.sort();

    std::string order;
    for (const Diagnostic& found : diagnostics.items())
        order += found.message;
    EXPECT_EQ(order, "1234");
}

TEST(Diagnostics, WhatIsFoundTwiceInOnePlaceCountsOnce) {
    Diagnostics diagnostics;
    diagnostics.add(finding());
    diagnostics.add(finding());
    diagnostics.sort();
    EXPECT_EQ(diagnostics.items().size(), 1U);
    EXPECT_EQ(diagnostics.errorCount(), 1U);
    EXPECT_EQ(diagnostics.droppedCount(), 0U);
}

TEST(Suggest, CountsSwapsAsOneEdit) {
    EXPECT_EQ(editDistance("callback", "calback", 5), 1U);
    EXPECT_EQ(editDistance("listen", "litsen", 5), 1U);
    EXPECT_EQ(editDistance("", "abc", 5), 3U);
    EXPECT_EQ(editDistance("abcdef", "uvwxyz", 2), 3U);
}

TEST(Suggest, FindsTheNearestOrNothing) {
    const std::vector<std::string_view> names = {"listen", "public_url", "data_dir"};

    EXPECT_EQ(nearest("Listen", names), "listen");
    EXPECT_EQ(nearest("publik_url", names), "public_url");
    EXPECT_EQ(nearest("datadir", names), "data_dir");
    EXPECT_EQ(nearest("zebra", names), "");
    EXPECT_EQ(nearest("", names), "");
}

}  // namespace
}  // namespace ferry::config
