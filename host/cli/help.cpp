#include "cli/command.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace ferry::cli {

namespace {

int printHelp(const CLI::App& app, const std::vector<std::string>& names) {
    if (names.empty()) {
        // Not app.help(): that is the help of the chosen command, which is this one.
        std::cout << app.get_formatter()->make_help(
            &app, app.get_name(), CLI::AppFormatMode::Normal
        );
        return kExitOk;
    }
    const CLI::App* command = &app;
    std::string above;  // what stands before the name of `command` in a call
    for (const std::string& name : names) {
        const auto found =
            command->get_subcommands([&](const CLI::App* one) { return one->get_name() == name; });
        above += (above.empty() ? "" : " ") + command->get_name();
        if (found.empty()) {
            failWith("there is no command '" + name + "'; see '" + above + " --help'");
            return kExitUsage;
        }
        command = found.front();
    }
    std::cout << command->help(above);
    return kExitOk;
}

}  // namespace

void addHelp(CLI::App& app, const GlobalOptions&, Run& run) {
    CLI::App* command =
        app.add_subcommand("help", "Print what --help prints, or that of one command");
    const auto names = std::make_shared<std::vector<std::string>>();
    command->add_option("command", *names, "The command, and one below it");
    command->callback([&run, &app, names] {
        run = [&app, names] { return printHelp(app, *names); };
    });
}

}  // namespace ferry::cli
