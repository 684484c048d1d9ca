#pragma once
// Results for people and for programs.

#include "plugin_check/check_run.h"

#include <ostream>
#include <vector>

namespace ferry::plugin_check {

/// One line, and what to do about it if it is bad or a warning.
void printResult(std::ostream& out, const RuleResult& result);
/// How many passed, failed, ...; and how to repeat it.
void printSummary(
    std::ostream& out, const CheckOptions& options, const std::vector<RuleResult>& results
);
/// {"plugin","seed","good","counts":{...},"rules":[{number,name,group,result,text,...}]}.
std::string jsonOf(const CheckOptions& options, const std::vector<RuleResult>& results);

/// The table of rules: numbers, names, what they prove.
void printRules(std::ostream& out);
/// Everything about one rule.
void printRule(std::ostream& out, const Rule& rule);
/// The table as sdk/plugin_check.md has it.
std::string rulesAsMarkdown();

}  // namespace ferry::plugin_check
