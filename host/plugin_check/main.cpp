// ferry-plugin-check: does a plugin keep the rules that a hub relies on?

#include "plugin_check/check_run.h"
#include "plugin_check/report.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

namespace {

using namespace ferry::plugin_check;

constexpr int kExitGood = 0;
constexpr int kExitBad = 1;
constexpr int kExitUsage = 2;

struct Arguments {
    std::string folder;
    std::string fixtures;
    std::string golden;
    bool updates_golden = false;
    bool golden_may_be_missing = false;
    std::vector<std::string> only;
    std::string explained;
    std::uint64_t seed = 1;
    int rounds = 1000;
    int timeout_s = 30;
    int rule_here = 0;
    bool is_json = false;
    bool lists_rules = false;
    bool is_markdown = false;
    bool shows_errors = false;
};

constexpr const char* kHelp =
    "Every rule runs in a process of its own, so that a crash or a hang is a result like any "
    "other:\n"
    "  pass   the plugin keeps the rule\n"
    "  warn   it does, but is asking for trouble\n"
    "  skip   the rule could not be tried: the plugin lacks the hook, check.yaml has nothing to\n"
    "         try it with, or a rule that it needs has failed\n"
    "  fail, crash, hang   the plugin breaks the rule\n"
    "\n"
    "DIR holds connector.yaml and the library, as the hub gets them. check.yaml beside them, or "
    "the\n"
    "file of --fixtures, has what the provider sends: signed webhooks, challenges, raw changes, "
    "and\n"
    "operations with their answers. The more of them, the more is proven.\n"
    "\n"
    "  ferry-plugin-check plugins/acme               all rules\n"
    "  ferry-plugin-check plugins/acme --only 602    one rule, by number or name\n"
    "  ferry-plugin-check plugins/acme --seed 7 --rounds 100000 --only survives-bad-input\n"
    "  ferry-plugin-check --list                     what there is\n"
    "  ferry-plugin-check --explain 602              why, and what to do about a failure\n"
    "\n"
    "Exit status: 0 if no rule failed, 1 if one did (also one that a rule of --only needs), 2 if\n"
    "called wrongly.";

int misuse(const std::string& text) {
    std::cerr << fmt::format("ferry-plugin-check: {}; see 'ferry-plugin-check --help'\n", text);
    return kExitUsage;
}

/// Sanitizers report in words and end the process with a status: the signal says more.
void letSanitizersCrash() {
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
        const char* given = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread yet
        const std::string options = given == nullptr ? "" : std::string(given) + ":";
        constexpr const char* kOurs =
            "abort_on_error=1:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:"
            "detect_leaks=0";
        ::setenv(name, (options + kOurs).c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    }
}

/// What was named and is not there, for the user; nothing if all of it is.
std::string missingOf(const CheckOptions& options, bool golden_may_be_missing) {
    std::error_code error;
    if (!std::filesystem::is_directory(options.folder, error))
        return fmt::format("there is no folder '{}'", options.folder.string());
    if (!options.fixtures.empty() && !std::filesystem::is_regular_file(options.fixtures, error))
        return fmt::format("--fixtures: there is no file '{}'", options.fixtures.string());
    const auto& golden = options.golden;
    const bool is_needed = !golden.folder.empty() && !golden.are_written && !golden_may_be_missing;
    if (is_needed && !std::filesystem::is_directory(golden.folder, error))
        return fmt::format("--golden: there is no folder '{}'", golden.folder.string());
    return {};
}

int check(const Arguments& arguments, CheckOptions options) {
    const std::string missing = missingOf(options, arguments.golden_may_be_missing);
    if (!missing.empty()) return misuse(missing);
    for (const std::string& name : arguments.only) {
        const Rule* rule = findRule(name);
        if (rule == nullptr) return misuse(fmt::format("there is no rule '{}'", name));
        options.only.push_back(rule);
    }
    letSanitizersCrash();
    const auto results = runRules(options, [&](const RuleResult& result) {
        if (!arguments.is_json) printResult(std::cout, result);
        std::cout.flush();
    });
    if (arguments.is_json)
        std::cout << jsonOf(options, results) << "\n";
    else
        printSummary(std::cout, options, results);
    for (const RuleResult& result : results)
        if (isBad(result.outcome.verdict)) return kExitBad;
    return kExitGood;
}

int run(const Arguments& arguments) {
    if (arguments.is_markdown) {
        std::cout << rulesAsMarkdown();
        return kExitGood;
    }
    if (arguments.lists_rules) {
        printRules(std::cout);
        return kExitGood;
    }
    if (!arguments.explained.empty()) {
        const Rule* rule = findRule(arguments.explained);
        if (rule == nullptr)
            return misuse(fmt::format("there is no rule '{}'", arguments.explained));
        printRule(std::cout, *rule);
        return kExitGood;
    }
    if (arguments.updates_golden && arguments.golden.empty())
        return misuse("--update-golden needs --golden FOLDER");
    if (arguments.folder.empty()) return misuse("name the folder of a plugin");
    CheckOptions options;
    options.folder = arguments.folder;
    options.fixtures = arguments.fixtures;
    options.golden = {arguments.golden, arguments.updates_golden};
    options.seed = arguments.seed;
    options.rounds = arguments.rounds;
    options.timeout = std::chrono::seconds(arguments.timeout_s);
    options.shows_errors = arguments.shows_errors;
    if (arguments.rule_here != 0) {
        const Rule* rule = findRule(std::to_string(arguments.rule_here));
        if (rule == nullptr) return misuse("there is no such rule");
        runRuleHere(*rule, options);
    }
    return check(arguments, options);
}

int runProgram(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{"Checks a connector plugin against the rules that a hub relies on."};
    app.name("ferry-plugin-check");
    app.add_option("DIR", arguments.folder, "Folder with connector.yaml and the library");
    app.add_option(
        "--fixtures", arguments.fixtures, "What to try it with (default DIR/check.yaml)"
    );
    app.add_option("--golden", arguments.golden, "Folder of golden files, to compare with");
    app.add_flag("--update-golden", arguments.updates_golden, "Write them instead");
    app.add_flag(
        "--golden-may-be-missing",
        arguments.golden_may_be_missing,
        "Skip rules 609 and 904 while there is no such folder: a new plugin has none yet"
    );
    app.add_option("--only", arguments.only, "Rules by number or name, separated by commas")
        ->delimiter(',');
    app.add_option("--seed", arguments.seed, "What all that is random follows from (default 1)")
        ->check([](const std::string& text) {
            const bool is_number = text.find_first_not_of("0123456789") == text.npos;
            return is_number ? std::string() : "'" + text + "' is no whole number from 0 on";
        });
    app.add_option("--rounds", arguments.rounds, "Of bad input for each hook (default 1000)")
        ->check(CLI::Range(1, 1'000'000'000));
    app.add_option("--timeout", arguments.timeout_s, "Seconds that a rule may take (default 30)")
        ->check(CLI::Range(1, 1'000'000'000));
    app.add_flag("--json", arguments.is_json, "Print JSON");
    app.add_flag("--verbose", arguments.shows_errors, "Show what the processes say on stderr");
    app.add_flag("--list", arguments.lists_rules, "Print all rules");
    app.add_option("--explain", arguments.explained, "Print all about one rule");
    app.add_flag("--markdown", arguments.is_markdown, "Print the rules as tables")->group("");
    app.add_option("--run-rule", arguments.rule_here, "Used by the program itself")->group("");
    app.footer(kHelp);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return misuse(error.what());
    }
    return run(arguments);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return runProgram(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "ferry-plugin-check: unexpected failure: " << error.what() << "\n";
        return kExitUsage;
    }
}
