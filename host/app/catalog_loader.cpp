#include "app/catalog_loader.h"

#include "app/provider_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ferry::app {

namespace {

std::string describeErrors(const config::Diagnostics& diagnostics) {
    std::string text;
    for (const config::Diagnostic& item : diagnostics.items()) {
        if (item.severity != config::Severity::Error) continue;
        if (!text.empty()) text += "; ";
        text += config::describe(item);
    }
    return text;
}

}  // namespace

CatalogLoader::CatalogLoader(
    const config::HubConfig& config,
    const Clock& clock,
    observe::Log& log,
    plugin::ProbeOptions probe
)
    : config_(config), clock_(clock), log_(log), lines_(log), probe_(std::move(probe)) {}

std::shared_ptr<const CatalogSnapshot> CatalogLoader::load() {
    auto snapshot = std::make_shared<CatalogSnapshot>();
    plugin::ScanResult found = plugin::scanConnectors(config_.plugins, config_.connectors);
    std::set<std::string> present;
    place_.clear();
    for (const plugin::PluginFolder& folder : found.plugins) {
        present.insert(folder.folder.string());
        place_.emplace(folder.manifest.string(), place_.size());
    }
    // Those that serve a connector first, so that no other takes its key.
    const auto newcomers = std::stable_partition(
        found.plugins.begin(),
        found.plugins.end(),
        [&](const plugin::PluginFolder& folder) { return loaded_.contains(folder.folder.string()); }
    );
    for (auto folder = found.plugins.begin(); folder != newcomers; ++folder)
        takeOrRefuse(found, *folder, *snapshot);
    addForgottenManifests(found);
    for (const plugin::ScanProblem& problem : found.problems) {
        present.insert(problem.path.string());
        refuseOrKeep(problem.path, problem.path.filename().string(), problem.refusal, *snapshot);
    }
    for (auto folder = newcomers; folder != found.plugins.end(); ++folder)
        takeOrRefuse(found, *folder, *snapshot);
    refuseUnnamed(found, *snapshot);
    const auto is_gone = [&](const auto& item) { return !present.contains(item.first); };
    std::erase_if(loaded_, is_gone);
    std::erase_if(hung_, is_gone);
    return snapshot;
}

/// A library without a manifest beside it may be one that connectors share. One that served a
/// connector of its own until now has lost it.
void CatalogLoader::addForgottenManifests(plugin::ScanResult& found) const {
    for (const auto& [name, library] : found.shared) {
        const std::filesystem::path folder = library.parent_path();
        if (!loaded_.contains(folder.string())) continue;
        found.problems.push_back({folder, plugin::manifestMissing(folder)});
    }
}

/// A library that no connector names is one whose manifest was forgotten.
void CatalogLoader::refuseUnnamed(const plugin::ScanResult& found, CatalogSnapshot& snapshot)
    const {
    std::set<std::string> named;
    for (const auto& [key, manifest] : snapshot.manifests)
        named.insert(manifest.plugin);
    for (const auto& [name, library] : found.shared) {
        const std::filesystem::path folder = library.parent_path();
        if (named.contains(name) || loaded_.contains(folder.string())) continue;
        plugin::Refusal refusal = plugin::manifestMissing(folder);
        snapshot.refused.push_back({name, folder.string(), refusal.rule, std::move(refusal.message)}
        );
    }
}

void CatalogLoader::takeOrRefuse(
    const plugin::ScanResult& found, const plugin::PluginFolder& folder, CatalogSnapshot& snapshot
) {
    std::string key = folder.folder.stem().string();
    if (const plugin::Loaded<void> taken = take(found, folder, key, snapshot); !taken) {
        refuseOrKeep(folder.folder, key, taken.error(), snapshot);
    }
}

/// Gives the connector's `key` as soon as it is known.
plugin::Loaded<void> CatalogLoader::take(
    const plugin::ScanResult& found,
    const plugin::PluginFolder& folder,
    std::string& key,
    CatalogSnapshot& snapshot
) {
    config::Diagnostics diagnostics;
    auto manifest = config::readManifestFile(folder.manifest, diagnostics);
    if (!manifest) return plugin::refuse("manifest-invalid", describeErrors(diagnostics));
    key = manifest->key;
    if (auto free = checkKeyIsFree(manifest->key, manifest->source, snapshot); !free) return free;
    const auto library = found.library(folder, manifest->plugin);
    if (!library) return tl::unexpected<plugin::Refusal>(library.error());

    std::error_code ignored;
    const FileTimes times{
        std::filesystem::last_write_time(*library, ignored),
        std::filesystem::last_write_time(folder.manifest, ignored)};
    const std::string place = folder.folder.string();
    const auto before = loaded_.find(place);
    if (before != loaded_.end() && before->second.times == times) {
        use(before->second, snapshot);
        return {};
    }
    const auto hung = hung_.find(place);
    if (hung != hung_.end() && hung->second.first == times) {
        return tl::unexpected<plugin::Refusal>(hung->second.second);
    }
    auto provider = makeProvider(*manifest, *library, times);
    if (!provider) {
        if (provider.error().rule == "probe-hung")
            hung_.insert_or_assign(place, std::pair(times, provider.error()));
        return tl::unexpected<plugin::Refusal>(provider.error());
    }
    LoadedFolder& entry = loaded_[place];
    entry = {times, std::move(*manifest), std::move(*provider)};
    log_.info(
        "plugin",
        "a connector is loaded",
        {{"connector", entry.manifest.key},
         {"version", entry.manifest.version},
         {"folder", folder.folder.string()}}
    );
    use(entry, snapshot);
    return {};
}

/// For the manifest `source`.
plugin::Loaded<void> CatalogLoader::checkKeyIsFree(
    const std::string& key, const std::string& source, const CatalogSnapshot& snapshot
) const {
    const auto other = snapshot.manifests.find(key);
    if (other == snapshot.manifests.end()) return {};
    plugin::Refusal refusal = duplicateKey(key, other->second.source);
    const auto own_place = place_.find(source);
    const auto other_place = place_.find(other->second.source);
    if (own_place != place_.end() && other_place != place_.end() &&
        own_place->second < other_place->second) {
        refusal.message += " (after a restart this one would serve it: its folder comes first)";
    }
    return tl::unexpected<plugin::Refusal>(std::move(refusal));
}

void CatalogLoader::use(const LoadedFolder& entry, CatalogSnapshot& snapshot) {
    snapshot.providers.emplace(entry.manifest.key, entry.provider);
    snapshot.manifests.emplace(entry.manifest.key, entry.manifest);
}

/// Lists why the folder can't be used as it is. What was loaded from it before stays in use:
/// instances run on while somebody mends the new version.
void CatalogLoader::refuseOrKeep(
    const std::filesystem::path& folder,
    const std::string& key,
    const plugin::Refusal& refusal,
    CatalogSnapshot& snapshot
) {
    std::string message = refusal.message;
    const auto before = loaded_.find(folder.string());
    if (before != loaded_.end() && !snapshot.manifests.contains(before->second.manifest.key)) {
        use(before->second, snapshot);
        message += "; the version loaded before stays in use";
    }
    snapshot.refused.push_back({key, folder.string(), refusal.rule, std::move(message)});
}

plugin::Loaded<std::shared_ptr<pipeline::Provider>> CatalogLoader::makeProvider(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const FileTimes& times
) {
    auto loaded = loadLibrary(manifest, library, times);
    if (!loaded) return tl::unexpected<plugin::Refusal>(loaded.error());

    plugin::CallInfo call;
    call.now = clock_.wallNow();
    plugin::Setup setup;
    setup.connector = manifest.key;
    for (const auto& [name, value] : manifest.settings)
        setup.settings.push_back({name, value});
    auto instance = plugin::PluginInstance::create(*loaded, setup, call);
    if (!instance) return plugin::refuse("create-failed", instance.error().message);
    return std::make_shared<plugin::PluginProvider>(
        describeProvider(manifest, config_), std::move(*instance), clock_
    );
}

/// One that connectors share is loaded once.
plugin::Loaded<std::shared_ptr<plugin::PluginLibrary>> CatalogLoader::loadLibrary(
    const config::ConnectorManifest& manifest,
    const std::filesystem::path& library,
    const FileTimes& times
) {
    const bool is_shared = plugin::namesSharedLibrary(manifest.plugin);
    const auto before = shared_.find(library.string());
    if (is_shared && before != shared_.end() && before->second.first == times.library)
        return before->second.second;
    auto loaded =
        plugin::PluginLibrary::load(loadRequest(manifest, library), services_, lines_, probe_);
    if (loaded && is_shared) shared_[library.string()] = {times.library, *loaded};
    return loaded;
}

}  // namespace ferry::app
