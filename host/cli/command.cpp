#include "cli/command.h"

#include "app/catalog.h"
#include "app/connector_candidate.h"
#include "base/utf8.h"
#include "config/references.h"
#include "config/yaml_document.h"
#include "plugin/plugin_scan.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <set>

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

void refuseOptionsOf(const CLI::App& command) {
    const auto given =
        command.get_options([](const CLI::Option* option) { return option->count() > 0; });
    if (given.empty()) return;
    throw CLI::ValidationError(
        given.front()->get_name(),
        "is not known to 'ferry " + command.get_name() + " " +
            command.get_subcommands().front()->get_name() + "'"
    );
}

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
    config::YamlDocument document;
    config::Diagnostics found;
    config::HubConfig config;
    if (config::parseYamlFile(path, document, found)) {
        config = config::readHubConfigAsFarAsGood(document, config::ReferenceOptions{}, found);
        // Without another error they are no reason to refuse the file: see 'serve'.
        if (found.hasErrors()) {
            config::Diagnostics of_plugins;
            const auto connectors = knownConnectors(withOwnFolders(config), of_plugins);
            config::checkProviders(document, connectors, found);
            config::checkFolders(document, found);
        }
    }
    const bool is_good = !found.hasErrors();
    if (!found.items().empty()) printFindings(std::cerr, std::move(found));
    if (!is_good) return std::nullopt;
    return config;
}

void printFindings(std::ostream& out, config::Diagnostics findings) {
    findings.sort();
    config::printDiagnostics(out, findings, config::SourceLines::Show);
    const auto counted = [](std::size_t count, std::string_view what) {
        return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
    };
    out << counted(findings.errorCount(), "error") << ", "
        << counted(findings.warningCount(), "warning") << "\n";
}

config::ManifestSet knownConnectors(
    const config::HubConfig& folders, config::Diagnostics& problems
) {
    const auto warn = [&](const fs::path& place, const plugin::Refusal& refusal) {
        problems.add(
            {.severity = config::Severity::Warning,
             .file = place.string(),
             .message = fmt::format(
                 "this plugin will not be loaded: {} ({})", refusal.message, refusal.rule
             )}
        );
    };
    config::ManifestSet manifests;
    // They serve nothing, but instances may be checked against them where nothing else does.
    config::ManifestSet not_loaded;
    std::set<fs::path> good_libraries;  // one that many connectors share is looked at once
    const plugin::SignaturePolicy policy = app::signaturePolicy(folders);
    const plugin::ScanResult found = plugin::scanConnectors(folders.plugins, folders.connectors);
    for (const plugin::ScanProblem& problem : found.problems)
        warn(problem.path, problem.refusal);
    for (const plugin::PluginFolder& folder : found.plugins) {
        auto manifest = config::readManifestFile(folder.manifest, problems);
        if (!manifest) continue;
        const auto library = found.library(folder, manifest->plugin);
        const auto check = [&]() -> plugin::Loaded<void> {
            if (!library) return tl::unexpected<plugin::Refusal>(library.error());
            if (good_libraries.contains(*library)) return {};
            // The library's folder; a connector that is a file, or names a shared one, has another.
            auto request = app::sharedRequest(*manifest, *library, policy);
            if (!request) return tl::unexpected<plugin::Refusal>(std::move(request.error()));
            return plugin::PluginLibrary::check(*request);
        };
        if (const auto good = check(); !good) {
            warn(folder.manifest, good.error());
            not_loaded.emplace(manifest->key, std::move(*manifest));
            continue;
        }
        if (manifest->isPluginShared()) good_libraries.insert(*library);
        const auto other = manifests.find(manifest->key);
        if (other != manifests.end()) {
            // Whoever replaces a connector of the program wants that.
            const std::string& source = other->second.source;
            if (!folders.isReplacement(source, folder.manifest))
                warn(folder.manifest, app::duplicateKey(manifest->key, source));
            continue;
        }
        const auto shared = config::sharedAliases(manifests, *manifest);
        const auto clash = std::find_if(shared.begin(), shared.end(), [&](const auto& alias) {
            const std::string& source = alias.other->source;
            return !folders.isReplacement(source, folder.manifest) &&
                   !folders.isReplacement(folder.manifest, source);
        });
        if (clash != shared.end()) {
            warn(folder.manifest, app::duplicateAlias(*clash));
            continue;
        }
        manifests.emplace(manifest->key, std::move(*manifest));
    }
    manifests.merge(not_loaded);
    return manifests;
}

config::HubConfig withOwnFolders(config::HubConfig config) {
    config.own_plugins = ownPlugins();
    addOwn(config.plugins, config.own_plugins);
    config.own_connectors = ownConnectors();
    addOwn(config.connectors, config.own_connectors);
    return config;
}

std::optional<config::HubConfig> loadConfig(const GlobalOptions& globals) {
    auto config = readConfig(globals);
    if (!config) return std::nullopt;
    return withOwnFolders(std::move(*config));
}

std::string storeFile(const config::HubConfig& config) {
    return (config.data_dir / "ferry.db").string();
}

std::unique_ptr<store::Store> openStore(const config::HubConfig& config) {
    auto store = store::sqlite::SqliteStore::openReadOnly(storeFile(config));
    if (store) return std::move(*store);
    const bool is_new = store.error().code == ErrorCode::NotFound;
    failWith(
        store.error().message + (is_new ? "; has 'ferry serve' run with this configuration?" : "")
    );
    return nullptr;
}

Result<bool> isHubRunning(const config::HubConfig& config) {
    return store::sqlite::FileLock::isTaken(storeFile(config));
}

int failWithoutConfig(const fs::path& path) {
    // 'ferry init' makes one of this name alone.
    const std::string what_to_do = path == "ferry.yaml"
                                       ? ": run 'ferry init' to make one, or name one with --config"
                                       : ", which --config names";
    return failWith("there is no " + path.string() + what_to_do);
}

int failWith(const std::string& message) {
    std::cerr << "ferry: " << toPrintable(message) << "\n";
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
