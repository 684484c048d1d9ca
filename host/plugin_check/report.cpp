#include "plugin_check/report.h"

#include "base/json_writer.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <map>

namespace ferry::plugin_check {
namespace {

constexpr Verdict kVerdicts[] = {
    Verdict::Pass, Verdict::Warn, Verdict::Skip, Verdict::Fail, Verdict::Crash, Verdict::Hang};

std::map<Verdict, std::int64_t> countsOf(const std::vector<RuleResult>& results) {
    std::map<Verdict, std::int64_t> counts;
    for (const Verdict verdict : kVerdicts)
        counts[verdict] = 0;
    for (const RuleResult& result : results)
        ++counts[result.outcome.verdict];
    return counts;
}

bool isGood(const std::vector<RuleResult>& results) {
    for (const RuleResult& result : results)
        if (isBad(result.outcome.verdict)) return false;
    return true;
}

/// Groups of the table, each with its heading.
template <typename PerGroup, typename PerRule>
void forEachGroup(PerGroup per_group, PerRule per_rule) {
    int group = 0;
    for (const Rule& rule : allRules()) {
        if (rule.number / 100 != group) per_group(rule.number);
        group = rule.number / 100;
        per_rule(rule);
    }
}

}  // namespace

void printResult(std::ostream& out, const RuleResult& result) {
    const Outcome& outcome = result.outcome;
    out << fmt::format(
        "{:<5} {} {:<24} {}\n",
        verdictName(outcome.verdict),
        result.rule->number,
        result.rule->name,
        toPrintable(outcome.text)
    );
    if (!isBad(outcome.verdict) && outcome.verdict != Verdict::Warn) return;
    out << fmt::format("          rule: {}\n", result.rule->proves);
    out << fmt::format("          why:  {}\n", result.rule->why);
    out << fmt::format("          mend: {}\n", result.rule->mend);
}

void printSummary(
    std::ostream& out, const CheckOptions& options, const std::vector<RuleResult>& results
) {
    std::string text;
    for (const auto& [verdict, count] : countsOf(results))
        if (count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, verdictName(verdict));
    out << fmt::format(
        "\n{}: {}. Seed {}.\n",
        options.folder.string(),
        text.empty() ? "no rules" : text,
        options.seed
    );
}

std::string jsonOf(const CheckOptions& options, const std::vector<RuleResult>& results) {
    JsonWriter json;
    json.beginObject().field("plugin", toValidUtf8(options.folder.string()));
    json.field("seed", static_cast<std::int64_t>(options.seed));
    json.field("good", isGood(results)).key("counts").beginObject();
    for (const auto& [verdict, count] : countsOf(results))
        json.field(verdictName(verdict), count);
    json.endObject().key("rules").beginArray();
    for (const RuleResult& result : results) {
        json.beginObject().field("number", std::int64_t{result.rule->number});
        json.field("name", result.rule->name);
        json.field("group", groupName(result.rule->number));
        json.field("result", verdictName(result.outcome.verdict));
        json.field("text", toValidUtf8(result.outcome.text));
        json.field("ms", std::int64_t{result.took.count()}).endObject();
    }
    json.endArray().endObject();
    return json.take();
}

void printRules(std::ostream& out) {
    forEachGroup(
        [&](int number) { out << fmt::format("{}\n", groupName(number)); },
        [&](const Rule& rule) {
            out << fmt::format("  {} {:<24} {}\n", rule.number, rule.name, rule.proves);
        }
    );
}

void printRule(std::ostream& out, const Rule& rule) {
    out << fmt::format("{} {} ({})\n", rule.number, rule.name, groupName(rule.number));
    out << fmt::format("  rule: {}\n  why:  {}\n  mend: {}\n", rule.proves, rule.why, rule.mend);
    for (const int needed : rule.needs)
        out << fmt::format("  needs {} {}\n", needed, findRule(std::to_string(needed))->name);
}

std::string rulesAsMarkdown() {
    std::string text;
    forEachGroup(
        [&](int number) {
            text += fmt::format("{}### {}\n\n", text.empty() ? "" : "\n", groupName(number));
            text += "| rule | | holds if it passes | why | if it fails |\n|---|---|---|---|---|\n";
        },
        [&](const Rule& rule) {
            text += fmt::format(
                "| {} | `{}` | {} | {} | {} |\n",
                rule.number,
                rule.name,
                rule.proves,
                rule.why,
                rule.mend
            );
        }
    );
    return text;
}

}  // namespace ferry::plugin_check
