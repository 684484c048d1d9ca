#pragma once
// Runs rules, each in a process of its own, and judges how that ended.

#include "plugin_check/rule.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ferry::plugin_check {

struct CheckOptions {
    std::filesystem::path folder;
    std::filesystem::path fixtures;  ///< empty: check.yaml in the folder, if there is one
    std::vector<const Rule*> only;   ///< empty: all
    std::uint64_t seed = 1;
    int rounds = 1000;
    std::chrono::milliseconds timeout{30'000};  ///< of one rule, as plugin::ChildOptions counts it
    GoldenFiles golden;
    bool shows_errors = false;  ///< what the processes write to standard error is shown
};

struct RuleResult {
    const Rule* rule = nullptr;
    Outcome outcome;
    std::chrono::milliseconds took{0};
};

/// Results in the order of the numbers. What a rule needs is run before it, asked for or not; if
/// that failed, it is skipped, and what failed is among the results. `report` gets each of these as
/// soon as it is there.
std::vector<RuleResult> runRules(
    const CheckOptions& options, const std::function<void(const RuleResult&)>& report
);

/// The child's side: runs one rule in this process, writes its outcome to the descriptor of the
/// answer, and ends the process.
[[noreturn]] void runRuleHere(const Rule& rule, const CheckOptions& options);

}  // namespace ferry::plugin_check
