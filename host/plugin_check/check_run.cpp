#include "plugin_check/check_run.h"

#include "base/utf8.h"
#include "plugin/child_process.h"
#include "plugin_check/place.h"
#include "plugin_check/subject.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

namespace ferry::plugin_check {
namespace {

plugin::ChildOptions childOptions(const Rule& rule, const CheckOptions& options) {
    plugin::ChildOptions child;
    child.program = "/proc/self/exe";
    child.arguments = {
        "--run-rule",
        std::to_string(rule.number),
        "--seed",
        std::to_string(options.seed),
        "--rounds",
        std::to_string(options.rounds)};
    if (!options.fixtures.empty()) {
        child.arguments.emplace_back("--fixtures");
        child.arguments.push_back(options.fixtures.string());
    }
    if (!options.golden.folder.empty()) {
        child.arguments.emplace_back("--golden");
        child.arguments.push_back(options.golden.folder.string());
    }
    if (options.golden.are_written) child.arguments.emplace_back("--update-golden");
    child.arguments.emplace_back("--");
    child.arguments.push_back(options.folder.string());
    child.timeout = options.timeout;
    child.answer_bytes_max = 64u << 10;
    child.error_output =
        options.shows_errors ? plugin::ChildOutput::Shown : plugin::ChildOutput::Hidden;
    return child;
}

/// "pass ..." as an outcome; nullopt if it is none.
std::optional<Outcome> outcomeOf(const std::string& answer) {
    const std::size_t blank = answer.find(' ');
    for (const Verdict verdict : {Verdict::Pass, Verdict::Warn, Verdict::Skip, Verdict::Fail})
        if (blank != std::string::npos && answer.substr(0, blank) == verdictName(verdict))
            return Outcome{verdict, answer.substr(blank + 1)};
    return std::nullopt;
}

Outcome judge(const Rule& rule, const plugin::ChildRun& run) {
    if (run.end == plugin::ChildEnd::NotStarted)
        return fail("the process for this rule could not be started");
    if (run.end == plugin::ChildEnd::Hung) return {Verdict::Hang, "it did not end in time"};
    const auto outcome = outcomeOf(run.answer);
    if (!outcome) {
        // "crash in fetch, advance": the process's own last words.
        constexpr std::string_view kCrash = "crash";
        const bool has_place = run.answer.starts_with(kCrash);
        return {
            Verdict::Crash,
            "its process " + run.exit_text + (has_place ? run.answer.substr(kCrash.size()) : "")};
    }
    const bool has_crashed =
        run.signal != 0 || (rule.number == kRuleThatExits && !run.exit_text.ends_with(" 0"));
    if (has_crashed && !isBad(outcome->verdict))
        return {Verdict::Crash, "its process " + run.exit_text + " when all was done"};
    return *outcome;
}

/// Runs each rule once, after those that it needs.
class Runner {
  public:
    explicit Runner(const CheckOptions& options) : options_(options) {}

    const RuleResult& resultOf(const Rule& rule) {
        if (const auto known = results_.find(rule.number); known != results_.end())
            return known->second;
        auto missing = missingNeed(rule);
        const auto begin = std::chrono::steady_clock::now();
        Outcome outcome =
            missing ? *missing : judge(rule, plugin::runChild(childOptions(rule, options_)));
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begin
        );
        return results_.emplace(rule.number, RuleResult{&rule, std::move(outcome), took})
            .first->second;
    }

    /// Of all rules that were run so far, by their numbers.
    const std::map<int, RuleResult>& results() const { return results_; }

  private:
    /// Why a rule can't be tried: one that it needs failed, or was not tried either.
    std::optional<Outcome> missingNeed(const Rule& rule) {
        for (const int number : rule.needs) {
            const Rule& needed = *findRule(std::to_string(number));
            const Verdict verdict = resultOf(needed).outcome.verdict;
            if (!isBad(verdict) && verdict != Verdict::Skip) continue;
            return skip(fmt::format(
                "it needs rule {} ({}), which {}",
                number,
                needed.name,
                verdict == Verdict::Skip ? "was skipped" : "failed"
            ));
        }
        return std::nullopt;
    }

    const CheckOptions& options_;
    std::map<int, RuleResult> results_;
};

void answer(const Outcome& outcome) {
    const std::string line =
        fmt::format("{} {}", verdictName(outcome.verdict), toValidUtf8(outcome.text));
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t written = ::write(plugin::kChildAnswerDescriptor, rest.data(), rest.size());
        if (written <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

std::vector<RuleResult> runRules(
    const CheckOptions& options, const std::function<void(const RuleResult&)>& report
) {
    Runner runner(options);
    std::vector<RuleResult> results;
    std::set<int> told;
    const auto tell = [&](const RuleResult& result) {
        if (!told.insert(result.rule->number).second) return;
        results.push_back(result);
        report(result);
    };
    for (const Rule& rule : allRules()) {
        const bool is_asked_for =
            options.only.empty() ||
            std::find(options.only.begin(), options.only.end(), &rule) != options.only.end();
        if (!is_asked_for) continue;
        const RuleResult& wanted = runner.resultOf(rule);
        // What it needs and what failed is why it was skipped: a plugin of which that is all that
        // is known is not good.
        for (const auto& [number, result] : runner.results())
            if (isBad(result.outcome.verdict)) tell(result);
        tell(wanted);
    }
    return results;
}

void runRuleHere(const Rule& rule, const CheckOptions& options) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::fcntl(plugin::kChildAnswerDescriptor, F_SETFD, FD_CLOEXEC);
    reportCrashes(plugin::kChildAnswerDescriptor);
    {
        auto subject = Subject::open(options.folder, options.fixtures);
        answer(
            subject ? rule.run({*subject, options.seed, options.rounds, options.golden})
                    : fail(fmt::format("{} ({})", subject.error().message, subject.error().rule))
        );
    }
    if (rule.number == kRuleThatExits) std::exit(0);
    // What the plugin registered to run at the end is not ours to run.
    ::_exit(0);
}

}  // namespace ferry::plugin_check
