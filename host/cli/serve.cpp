#include "app/config_drift.h"
#include "app/hub.h"
#include "app/reload_watch.h"
#include "app/signals.h"
#include "app/stop_deadline.h"
#include "cli/command.h"
#include "config/yaml_document.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ferry::cli {

namespace fs = std::filesystem;

namespace {

constexpr Milliseconds kStopGrace{8'000};  // the promise is 10 s, all told
constexpr Milliseconds kStopMax{9'500};
constexpr Milliseconds kWatchInterval{1'000};
constexpr Milliseconds kReloadRetry{5'000};
constexpr rlim_t kDescriptorsMax = 65'536;

observe::LogLevel logLevel(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::Debug:
            return observe::LogLevel::Debug;
        case config::LogLevel::Info:
            return observe::LogLevel::Info;
        case config::LogLevel::Warning:
            return observe::LogLevel::Warning;
        case config::LogLevel::Error:
            return observe::LogLevel::Error;
    }
    return observe::LogLevel::Info;
}

/// Each connection needs a descriptor, and the usual limit of 1,024 is for programs that use
/// select(): what the system allows this process is taken.
void raiseDescriptorLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, kDescriptorsMax);
    // If it fails there are as many as before.
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

/// Runs until SIGTERM or SIGINT; SIGHUP and changed files reload. `reload` does that, and returns
/// whether it could: if not (the disk is full, say), it is done again until it can, as the files
/// that it would have applied may never change again.
void serveUntilStopped(
    const std::function<bool()>& reload, app::ReloadWatch& watch, app::Signals& signals
) {
    using Steady = std::chrono::steady_clock;
    Steady::time_point retry_at = Steady::time_point::max();
    for (;;) {
        const app::Signal signal = signals.wait(kWatchInterval);
        if (signal == app::Signal::Stop) return;
        const bool is_due = Steady::now() >= retry_at;
        if (signal == app::Signal::Reload || is_due) {
            watch.passOver();
        } else if (!watch.hasChanged()) {
            continue;
        }
        retry_at = reload() ? Steady::time_point::max() : Steady::now() + kReloadRetry;
    }
}

/// What ferry.yaml says about connectors and folders that are not there, and would do nothing. No
/// more than a line in the log: a plugin that does not load today must not keep the hub from
/// starting. What can't be read of the instances is told where they are read.
void warnOfNames(const fs::path& path, const app::Catalog& catalog, observe::Log& log) {
    config::YamlDocument document;
    config::Diagnostics out;
    if (!config::parseYamlFile(path, document, out)) return;
    config::checkProviders(document, catalog.snapshot()->manifests, out);
    config::Diagnostics of_folders;
    config::checkFolders(document, of_folders);
    for (const config::Diagnostic& found : of_folders.items())
        if (found.severity == config::Severity::Warning) out.add(found);
    for (const config::Diagnostic& found : out.items())
        log.warning("config", config::describe(found));
}

int serve(const GlobalOptions& globals) {
    const fs::path config_file = configPath(globals);
    const auto written = readConfig(globals);
    if (!written) return kExitFailed;
    raiseDescriptorLimit();
    app::Signals signals;  // before any thread starts, so that all of them leave signals alone
    const SystemClock clock;
    SystemRandom random;
    const auto format = written->logging.format == config::LogFormat::Json
                            ? observe::LogFormat::Json
                            : observe::LogFormat::Text;
    observe::Log log(
        clock, logLevel(written->logging.level), format, observe::Log::standardError()
    );

    auto hub =
        app::Hub::create(withOwnFolders(*written), clock, random, log, app::Signals::isStopPending);
    if (!hub) return failWith(hub.error().message);
    // Before the files are read, so that a change during the start is seen.
    app::ReloadWatch watch(config_file, (*hub)->config());
    const auto applied = (*hub)->reload();
    if (!applied && applied.error().code == ErrorCode::Cancelled) {
        log.info("hub", "stopped during the start");
        return kExitOk;
    }
    if (!applied) return failWith(applied.error().message);
    warnOfNames(config_file, (*hub)->catalog(), log);
    if (const Status started = (*hub)->start(); !started) return failWith(started.error().message);

    std::string told;
    const auto reload = [&] {
        if (told.empty()) app::tellConfigDrift(config_file, *written, log);
        const auto report = (*hub)->reload();
        if (report || report.error().code == ErrorCode::Cancelled) {
            told.clear();
            return true;
        }
        // Once for each reason: it is tried every few seconds.
        if (told != report.error().message) {
            told = report.error().message;
            log.error("hub", "can't reload, and goes on trying", {{"error", told}});
        }
        return false;
    };
    serveUntilStopped(reload, watch, signals);
    log.info("hub", "stopping");
    const app::StopDeadline deadline(kStopMax, clock, log);
    (*hub)->stop(kStopGrace);
    hub->reset();
    log.info("hub", "stopped");
    return kExitOk;
}

}  // namespace

void addServe(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand("serve", "Run the hub");
    command->footer(
        "SIGTERM and SIGINT stop it within 10 s, with nothing half done; it ends with 1 where a\n"
        "plugin does not come back from a call and had to be left behind.\n"
        "SIGHUP, and any change of the instance files and the plugins, reloads them: what is good\n"
        "is applied, what has an error keeps its old version and is logged. What has changed in\n"
        "ferry.yaml, or is wrong with it, is logged as well, and takes effect at the next start."
    );
    command->callback([&run, &globals] { run = [&globals] { return serve(globals); }; });
}

}  // namespace ferry::cli
