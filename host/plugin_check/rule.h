#pragma once
// A rule that every plugin has to keep: its place in the table, and what a run of it says.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::plugin_check {

class Subject;

enum class Verdict : std::uint8_t {
    Pass,
    Warn,   ///< works, but is asking for trouble
    Skip,   ///< could not be tried; the text says why
    Fail,   ///< the plugin breaks the rule
    Crash,  ///< the process ended while the rule was tried
    Hang,   ///< the process did not end in time
};

std::string_view verdictName(Verdict verdict) noexcept;
/// Does it make the whole check fail?
constexpr bool isBad(Verdict verdict) noexcept {
    return verdict >= Verdict::Fail;
}

/// What one run of a rule found. The text says what was seen, in one sentence or a few lines.
struct Outcome {
    Verdict verdict = Verdict::Pass;
    std::string text;
};

inline Outcome pass(std::string text = {}) {
    return {Verdict::Pass, std::move(text)};
}
inline Outcome warn(std::string text) {
    return {Verdict::Warn, std::move(text)};
}
inline Outcome skip(std::string text) {
    return {Verdict::Skip, std::move(text)};
}
inline Outcome fail(std::string text) {
    return {Verdict::Fail, std::move(text)};
}

/// Where the golden files are; no folder: there are none.
struct GoldenFiles {
    std::filesystem::path folder;
    bool are_written = false;  ///< instead of being compared
};

/// What a rule gets.
struct RuleContext {
    const Subject& subject;
    std::uint64_t seed = 1;  ///< all that is random follows from it
    int rounds = 1000;       ///< of fuzzing, for each hook
    GoldenFiles golden = {};
};

/// A row of the table. The texts are documentation: sdk/plugin_check.md is made of them.
struct Rule {
    int number;              ///< stable for ever; the hundreds are the group
    const char* name;        ///< stable for ever
    const char* proves;      ///< what holds for a plugin that passes
    const char* why;         ///< what goes wrong without it
    const char* mend;        ///< what to do about a failure
    std::vector<int> needs;  ///< rules without which this one says nothing
    Outcome (*run)(const RuleContext& context);
};

/// After this rule the process ends in the usual way, with all that was registered for that.
inline constexpr int kRuleThatExits = 404;

// One function for each group, in the order of their numbers.
std::vector<Rule> staticRules();
std::vector<Rule> linkageRules();
std::vector<Rule> handshakeRules();
std::vector<Rule> lifeCycleRules();
std::vector<Rule> borrowingRules();
std::vector<Rule> operationRules();
std::vector<Rule> processRules();
std::vector<Rule> webhookRules();
std::vector<Rule> normalizeRules();
std::vector<Rule> fuzzRules();
std::vector<Rule> goldenRules();

/// The whole table, in the order of the numbers.
const std::vector<Rule>& allRules();
/// By number or name; nullptr if there is none.
const Rule* findRule(std::string_view number_or_name);
/// "files", "linkage", ... of a rule's hundred.
std::string_view groupName(int number) noexcept;

}  // namespace ferry::plugin_check
