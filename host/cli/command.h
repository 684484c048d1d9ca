#pragma once
// What every command of the program shares: where it reads its configuration, how it prints, and
// the codes it exits with.

#include "config/connector_manifest.h"
#include "config/diagnostic.h"
#include "config/hub_config.h"
#include "store/store.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace ferry::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  ///< did not work; the text says why
inline constexpr int kExitUsage = 2;   ///< called in a way that makes no sense

/// Options that stand before the command.
struct GlobalOptions {
    std::string config_path;  ///< --config; empty: ./ferry.yaml
};

/// Adds one command to the program. `run` is set to what the chosen command does.
using Run = std::function<int()>;
using AddCommand = void (*)(CLI::App& app, const GlobalOptions& globals, Run& run);

void addServe(CLI::App& app, const GlobalOptions& globals, Run& run);
void addLint(CLI::App& app, const GlobalOptions& globals, Run& run);
void addInit(CLI::App& app, const GlobalOptions& globals, Run& run);
void addDemo(CLI::App& app, const GlobalOptions& globals, Run& run);
void addConnector(CLI::App& app, const GlobalOptions& globals, Run& run);
void addConnectors(CLI::App& app, const GlobalOptions& globals, Run& run);
void addInstances(CLI::App& app, const GlobalOptions& globals, Run& run);
void addKeys(CLI::App& app, const GlobalOptions& globals, Run& run);
void addEvents(CLI::App& app, const GlobalOptions& globals, Run& run);
void addDeliveries(CLI::App& app, const GlobalOptions& globals, Run& run);
void addReplay(CLI::App& app, const GlobalOptions& globals, Run& run);
void addPlugin(CLI::App& app, const GlobalOptions& globals, Run& run);
void addPlugins(CLI::App& app, const GlobalOptions& globals, Run& run);
void addPrune(CLI::App& app, const GlobalOptions& globals, Run& run);
void addSchema(CLI::App& app, const GlobalOptions& globals, Run& run);
void addVersion(CLI::App& app, const GlobalOptions& globals, Run& run);
void addHelp(CLI::App& app, const GlobalOptions& globals, Run& run);

/// Where a command has commands below it, one of which was chosen: options that they do not have
/// come to it, and must not be passed over. Throws what CLI11 throws for a wrong call.
void refuseOptionsOf(const CLI::App& command);

/// The configuration file: the one of --config, or ./ferry.yaml.
std::filesystem::path configPath(const GlobalOptions& globals);

/// What to say, and to exit with, if that file is not there.
int failWithoutConfig(const std::filesystem::path& path);

/// Prints findings, sorted, with their lines and how many there are.
void printFindings(std::ostream& out, config::Diagnostics findings);

/// The connectors in the folders of a hub, as their manifests describe them; no code is loaded.
/// `problems` gets what is wrong with a manifest, and, as warnings, why a plugin will not be
/// loaded, as far as its files tell.
config::ManifestSet knownConnectors(
    const config::HubConfig& folders, config::Diagnostics& problems
);

/// Reads the configuration as it is written, prints what is wrong with it to standard error, and
/// gives nothing then.
std::optional<config::HubConfig> readConfig(const GlobalOptions& globals);

/// With the plugins and connectors that belong to the program, behind those of the folders that the
/// file names.
config::HubConfig withOwnFolders(config::HubConfig config);

/// Both of these.
std::optional<config::HubConfig> loadConfig(const GlobalOptions& globals);

/// Where the store of this configuration is.
std::string storeFile(const config::HubConfig& config);

/// The store of this configuration, to look at; nothing, after saying why, if it can't be opened.
std::unique_ptr<store::Store> openStore(const config::HubConfig& config);

/// Whether a hub has the store of this configuration open. Errors: Unavailable if it can't be told.
Result<bool> isHubRunning(const config::HubConfig& config);

/// Prints "ferry: <message>", cleaned for a terminal, to standard error; gives kExitFailed.
int failWith(const std::string& message);

/// "ferry 0.1.0 (plugin ABI ...", in one line without its end.
std::string versionText();

/// Folder of the running program.
std::filesystem::path programFolder();

/// `plugins` or `connectors` that belong to this program: of the build tree it stands in, or of the
/// place it is installed to.
std::filesystem::path ownPlugins();
std::filesystem::path ownConnectors();

}  // namespace ferry::cli
