// The ferry program: one command after another, each in a file of its name.

#include "cli/command.h"

#include <fmt/format.h>

#include <exception>
#include <iostream>

namespace {

int runProgram(int argc, char** argv) {
    using namespace ferry::cli;
    CLI::App app{
        "Ferry connects customers' accounts at providers and delivers what changes in them as "
        "signed events to a callback URL."};
    app.name("ferry");
    app.require_subcommand(1);
    app.footer(
        "Start here:\n"
        "  ferry demo           see it work with no account anywhere\n"
        "  ferry init           write ferry.yaml, a key file and an example instance\n"
        "  ferry lint           check them\n"
        "  ferry serve          run the hub\n"
        "'ferry COMMAND --help' tells more about a command."
    );
    GlobalOptions globals;
    app.add_option("-c,--config", globals.config_path, "Configuration file (default ./ferry.yaml)")
        ->type_name("FILE");
    app.fallthrough();

    Run run;
    constexpr AddCommand kCommands[] = {
        addServe, addLint, addInit, addDemo, addConnectors, addInstances, addEvents, addVersion};
    for (const AddCommand add : kCommands)
        add(app, globals, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? kExitOk : kExitUsage;
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
