#include "cli/command.h"

#include "config/diagnostic.h"
#include "config/references.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace ferry::cli {

namespace fs = std::filesystem;

namespace {

/// What belongs to the program comes after what is named: a plugin that is dropped into the hub's
/// folder is used instead of the program's. Where nothing that is named exists, it stands alone.
void addOwn(std::vector<fs::path>& paths, const fs::path& own) {
    std::error_code ignored;
    if (!fs::exists(own, ignored)) return;
    bool is_any_there = false;
    for (const fs::path& path : paths) {
        if (fs::equivalent(path, own, ignored)) return;
        is_any_there = is_any_there || fs::exists(path, ignored);
    }
    if (!is_any_there) paths.clear();
    paths.push_back(own);
}

fs::path firstThatExists(std::initializer_list<fs::path> candidates) {
    std::error_code ignored;
    for (const fs::path& candidate : candidates) {
        if (fs::exists(candidate, ignored)) return candidate.lexically_normal();
    }
    return *candidates.begin();
}

}  // namespace

fs::path configPath(const GlobalOptions& globals) {
    return globals.config_path.empty() ? "ferry.yaml" : globals.config_path;
}

std::optional<config::HubConfig> readConfig(const GlobalOptions& globals) {
    const fs::path path = configPath(globals);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) {
        failWithoutConfig(path);
        return std::nullopt;
    }
    config::Diagnostics diagnostics;
    auto loaded = config::readHubConfigFile(path, config::ReferenceOptions{}, diagnostics);
    config::printDiagnostics(std::cerr, diagnostics, config::SourceLines::Show);
    return loaded;
}

config::HubConfig withOwnFolders(config::HubConfig config) {
    addOwn(config.plugins, ownPlugins());
    addOwn(config.connectors, ownConnectors());
    return config;
}

std::optional<config::HubConfig> loadConfig(const GlobalOptions& globals) {
    auto config = readConfig(globals);
    if (!config) return std::nullopt;
    return withOwnFolders(std::move(*config));
}

std::unique_ptr<store::Store> openStore(const config::HubConfig& config) {
    auto store = store::sqlite::SqliteStore::openReadOnly((config.data_dir / "ferry.db").string());
    if (store) return std::move(*store);
    const bool is_new = store.error().code == ErrorCode::NotFound;
    failWith(
        store.error().message +
        (is_new ? "; has 'ferry serve' run with this configuration?" : "")
    );
    return nullptr;
}

int failWithoutConfig(const fs::path& path) {
    return failWith(fmt::format(
        "there is no {}: run 'ferry init' to make one, or name one with --config", path.string()
    ));
}

int failWith(const std::string& message) {
    std::cerr << "ferry: " << message << "\n";
    return kExitFailed;
}

fs::path programFolder() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path(".") : self.parent_path();
}

fs::path ownPlugins() {
    const fs::path here = programFolder();
    return firstThatExists({here / "../plugins", here / "../lib/ferry/plugins"});
}

fs::path ownConnectors() {
    const fs::path here = programFolder();
    return firstThatExists({here / "../connectors", here / "../share/ferry/connectors"});
}

}  // namespace ferry::cli
