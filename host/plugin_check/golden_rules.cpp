// What check.yaml plays, against the golden files of the plugin.

#include "plugin_check/bench.h"
#include "plugin_check/golden.h"
#include "plugin_check/subject.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace ferry::plugin_check {
namespace {

/// Of the file that has what normalize gives; no operation has it.
constexpr std::string_view kChangesName = "changes";

/// Is there nothing to compare with?
std::optional<Outcome> missingFolder(const GoldenFiles& golden) {
    if (golden.folder.empty()) return skip("no folder of golden files was named (--golden)");
    std::error_code ignored;
    if (golden.are_written || std::filesystem::exists(golden.folder, ignored)) return std::nullopt;
    return skip("there are no golden files yet: --update-golden writes them");
}

/// A name that is not the only one of its file, and a file that has no name any more: what is in it
/// looks proved, and nobody compares it.
std::optional<Outcome> wrongNames(const GoldenFiles& golden, const std::vector<Play>& plays) {
    std::set<std::string> named{goldenFileName(kChangesName)};
    for (const Play& play : plays)
        if (!named.insert(goldenFileName(play.name)).second)
            return fail(fmt::format(
                "'{}' in check.yaml has the file {} of another one: give it another name",
                play.name,
                goldenFileName(play.name)
            ));
    std::error_code ignored;
    std::set<std::string> others;
    for (const auto& entry : std::filesystem::directory_iterator(golden.folder, ignored))
        if (entry.path().extension() == ".txt" && !named.contains(entry.path().filename().string()))
            others.insert(entry.path().string());
    if (others.empty()) return std::nullopt;
    return fail(
        fmt::format("check.yaml has no operation for {}: remove it", fmt::join(others, " and for "))
    );
}

Outcome goldenExchanges(const RuleContext& context) {
    if (auto missing = missingFolder(context.golden)) return *missing;
    const std::vector<Play> plays = recordedPlays(context.subject);
    if (auto wrong = wrongNames(context.golden, plays)) return *wrong;
    if (plays.empty()) return skip("check.yaml has no operations");
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    for (const Play& play : plays) {
        if (!(*bench)->has(play.hook)) continue;
        Outcome same = compareGolden(context.golden, play.name, (*bench)->play(play).transcript);
        if (same.verdict != Verdict::Pass) return same;
    }
    return pass(fmt::format("{} exchanges", plays.size()));
}

Outcome goldenResults(const RuleContext& context) {
    if (auto missing = missingFolder(context.golden)) return *missing;
    if (context.subject.fixtures().changes.empty()) return skip("check.yaml has no changes");
    auto bench = Bench::make(context.subject);
    if (!bench) return bench.error();
    if (!(*bench)->has(PureHook::Normalize)) return skip("the plugin has no normalize");
    const Said said = (*bench)->call(PureHook::Normalize, inputsOf(context.subject));
    return compareGolden(context.golden, kChangesName, said.text());
}

}  // namespace

std::vector<Rule> goldenRules() {
    return {
        {609,
         "golden-exchanges",
         "the operations in check.yaml make the requests and give the outputs of the golden files, "
         "byte for byte, and each file is of one of them",
         "a changed request is often only noticed by the provider",
         "look at the difference; if it is wanted, --update-golden writes the files anew",
         {606, 608},
         goldenExchanges},
        {904,
         "golden-results",
         "the changes in check.yaml are normalized to what the golden file has, byte for byte",
         "what a record means to receivers must not change by accident",
         "look at the difference; if it is wanted, --update-golden writes the file anew",
         {901, 902},
         goldenResults}};
}

}  // namespace ferry::plugin_check
