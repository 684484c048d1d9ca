#include "demo/demo.h"

#include "app/signals.h"
#include "cli/command.h"

#include <memory>

namespace ferry::cli {

void addDemo(CLI::App& app, const GlobalOptions&, Run& run) {
    CLI::App* command = app.add_subcommand(
        "demo", "Show the whole job on this machine: a fake Dropbox, the hub, a callback receiver"
    );
    const auto options = std::make_shared<demo::DemoOptions>();
    command->add_flag(
        "--once",
        options->runs_once,
        "End by itself; exit status 0 only if the expected events came and their signatures "
        "verified"
    );
    command->add_flag("--log", options->shows_log, "Show the hub's log as well");
    command->callback([&run, options] {
        run = [options] {
            options->plugins = ownPlugins();
            app::Signals signals;
            const Status shown = demo::runDemo(*options, signals);
            return shown ? kExitOk : failWith(shown.error().message);
        };
    });
}

}  // namespace ferry::cli
