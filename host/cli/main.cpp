// The ferry program: one command after another, each in a file of its name.

#include "cli/command.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

/// Those that have nothing to do with a hub's configuration.
constexpr std::array kWithoutConfig{"init", "demo", "plugin", "version", "help"};

/// Says in the help of a command, and of those below it, what CLI11 tells in that of the program
/// alone.
void tellOfConfig(CLI::App& command) {
    const auto any = [](const CLI::App*) { return true; };
    for (CLI::App* below : command.get_subcommands(any))
        tellOfConfig(*below);
    const std::string footer = command.get_footer();
    command.footer(
        footer + (footer.empty() ? "" : "\n") +
        "-c, --config FILE says which hub is meant (default ./ferry.yaml)."
    );
}

/// The command that was chosen, and the words by which it is called.
struct ChosenCommand {
    const CLI::App* command = nullptr;
    std::string call = "ferry";
};

ChosenCommand chosenCommand(const CLI::App& app) {
    ChosenCommand chosen{&app};
    while (!chosen.command->get_subcommands().empty()) {
        chosen.command = chosen.command->get_subcommands().front();
        chosen.call += " " + chosen.command->get_name();
    }
    return chosen;
}

/// The names of the commands below one of which has to be chosen.
std::vector<std::string> namesBelow(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(below->get_name());
    return names;
}

/// "; did you mean --json?", or "": what comes nearest to the option that no command knows.
std::string meantOption(const CLI::App& app) {
    const CLI::App* chosen = chosenCommand(app).command;
    const auto rest = app.remaining(true);
    const auto unknown = std::find_if(rest.begin(), rest.end(), [](const std::string& word) {
        return word.starts_with("--");
    });
    if (unknown == rest.end()) return {};
    std::vector<std::string_view> candidates{"config"};
    for (const CLI::Option* option : chosen->get_options())
        candidates.insert(
            candidates.end(), option->get_lnames().begin(), option->get_lnames().end()
        );
    const std::string_view word = std::string_view(*unknown).substr(2);
    const auto meant = ferry::config::nearest(word.substr(0, word.find('=')), candidates);
    return meant.empty() ? "" : fmt::format("; did you mean --{}?", meant);
}

/// "; did you mean 'serve'?", or "".
std::string meantCommand(const CLI::App& app, const std::string& word) {
    const std::vector<std::string> names = namesBelow(app);
    const std::string meant = ferry::config::didYouMean(word, {names.begin(), names.end()});
    return meant.empty() ? "" : "; " + meant;
}

/// Of a command that has others below it, of which none was chosen.
std::string missingCommand(const CLI::App& app, const ChosenCommand& chosen) {
    const auto rest = app.remaining(true);
    const bool is_unknown = !rest.empty() && !rest.front().starts_with('-');
    return fmt::format(
        "{}: '{}' takes {}",
        is_unknown ? fmt::format("there is no command '{}'", rest.front()) : "a command is missing",
        chosen.call,
        fmt::join(namesBelow(*chosen.command), ", ")
    );
}

/// Says what was wrong with the call, and where to read how it is right.
int misuse(const CLI::App& app, const CLI::ParseError& error) {
    std::string message = error.what();
    const ChosenCommand chosen = chosenCommand(app);
    if (chosen.command != &app) {
        const bool is_one_missing = chosen.command->get_require_subcommand_min() > 0;
        message = is_one_missing ? missingCommand(app, chosen) : message + meantOption(app);
    } else if (const auto rest = app.remaining(); !rest.empty()) {
        message =
            rest.front().starts_with('-')
                ? "there is no option " + rest.front() + meantOption(app)
                : "there is no command '" + rest.front() + "'" + meantCommand(app, rest.front());
    } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        message = "a command is missing";
    }
    std::cerr << fmt::format("ferry: {}; see '{} --help'\n", message, chosen.call);
    return ferry::cli::kExitUsage;
}

int runProgram(int argc, char** argv) {
    using namespace ferry::cli;
    CLI::App app{
        "Ferry connects customers' accounts at providers and delivers what changes in them as "
        "signed events to a callback URL."};
    app.name("ferry");
    app.require_subcommand(1);
    GlobalOptions globals;
    app.add_option("-c,--config", globals.config_path, "Configuration file (default ./ferry.yaml)")
        ->type_name("FILE");
    app.fallthrough();
    app.set_version_flag("--version", versionText(), "Print versions and exit");

    Run run;
    constexpr AddCommand kCommands[] = {
        addServe,
        addLint,
        addInit,
        addDemo,
        addConnectors,
        addPlugins,
        addInstances,
        addKeys,
        addEvents,
        addDeliveries,
        addReplay,
        addConnector,
        addPlugin,
        addPrune,
        addSchema,
        addVersion,
        addHelp};
    for (const AddCommand add : kCommands)
        add(app, globals, run);
    for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        const bool is_without =
            std::find(kWithoutConfig.begin(), kWithoutConfig.end(), command->get_name()) !=
            kWithoutConfig.end();
        if (!is_without) tellOfConfig(*command);
    }
    app.footer(  // after the commands, which would inherit it
        "Start here:\n"
        "  ferry demo           see it work with no account anywhere\n"
        "  ferry init           write ferry.yaml, a key file and an example instance\n"
        "  ferry lint           check them\n"
        "  ferry serve          run the hub\n"
        "'ferry COMMAND --help' tells more about a command."
    );
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // --help, --version; but what is no command has no help.
        const bool is_answered = error.get_exit_code() == 0;
        if (is_answered && (!app.get_subcommands().empty() || app.remaining_size() == 0))
            return app.exit(error);
        return misuse(app, error);
    }
    return run();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return runProgram(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "ferry: unexpected failure: " << error.what() << "\n";
        return ferry::cli::kExitFailed;
    }
}
