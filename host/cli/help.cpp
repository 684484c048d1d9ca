#include "cli/command.h"

#include <iostream>
#include <memory>

namespace ferry::cli {

namespace {

int printHelp(const CLI::App& app, const std::string& name) {
    if (name.empty()) {
        // Not app.help(): that is the help of the chosen command, which is this one.
        std::cout << app.get_formatter()->make_help(
            &app, app.get_name(), CLI::AppFormatMode::Normal
        );
        return kExitOk;
    }
    const auto found =
        app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
    if (found.empty()) {
        failWith("there is no command '" + name + "'; see 'ferry --help'");
        return kExitUsage;
    }
    std::cout << found.front()->help(app.get_name());
    return kExitOk;
}

}  // namespace

void addHelp(CLI::App& app, const GlobalOptions&, Run& run) {
    CLI::App* command =
        app.add_subcommand("help", "Print what --help prints, or that of one command");
    const auto name = std::make_shared<std::string>();
    command->add_option("command", *name, "The command");
    command->callback([&run, &app, name] { run = [&app, name] { return printHelp(app, *name); }; });
}

}  // namespace ferry::cli
