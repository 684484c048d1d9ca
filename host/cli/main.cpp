// The ferry program: one command after another, each in a file of its name.

#include "cli/command.h"

#include <fmt/format.h>

#include <exception>
#include <iostream>

namespace {

/// Says what was wrong with the call, and where to read how it is right.
int misuse(const CLI::App& app, const CLI::ParseError& error) {
    std::string message = error.what();
    std::string help = "ferry --help";
    const auto commands = app.get_subcommands();
    if (!commands.empty()) {
        help = "ferry " + commands.front()->get_name() + " --help";
    } else if (const auto rest = app.remaining(); !rest.empty()) {
        message = rest.front().starts_with('-') ? "there is no option " + rest.front()
                                                : "there is no command '" + rest.front() + "'";
    } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        message = "a command is missing";
    }
    std::cerr << fmt::format("ferry: {}; see '{}'\n", message, help);
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
        addInstances,
        addKeys,
        addEvents,
        addDeliveries,
        addReplay,
        addConnector,
        addPlugin,
        addPrune,
        addVersion,
        addHelp};
    for (const AddCommand add : kCommands)
        add(app, globals, run);
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
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
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
