#include "app/catalog_loader.h"

#include "app/jq_mapper.h"
#include "base/parallel.h"

#include <algorithm>
#include <utility>

namespace ferry::app {

CatalogLoader::CatalogLoader(
    const config::HubConfig& config,
    const Clock& clock,
    observe::Log& log,
    plugin::ProbeOptions probe,
    isolation::IsolationOptions isolation
)
    : config_(config),
      clock_(clock),
      log_(log),
      lines_(log),
      options_{
          std::move(probe),
          signaturePolicy(config),
          [&config](const std::string& id) { return config.isIsolated(id); }},
      isolation_(std::make_shared<const isolation::IsolationOptions>(std::move(isolation))) {}

std::shared_ptr<const CatalogSnapshot> CatalogLoader::load() {
    auto snapshot = std::make_shared<CatalogSnapshot>();
    plugin::ScanResult found = plugin::scanConnectors(config_.plugins, config_.connectors);
    std::set<std::string> present;
    place_.clear();
    for (const plugin::PluginFolder& folder : found.plugins) {
        present.insert(folder.folder.string());
        place_.emplace(folder.manifest.string(), place_.size());
    }
    options_.probe.pool = std::make_shared<plugin::ProbePool>(options_.probe.program);
    Candidates candidates = examine(found);
    // Those that serve a connector first, so that no other takes its key.
    const auto newcomers = std::stable_partition(
        found.plugins.begin(),
        found.plugins.end(),
        [&](const plugin::PluginFolder& folder) { return loaded_.contains(folder.folder.string()); }
    );
    for (auto folder = found.plugins.begin(); folder != newcomers; ++folder)
        takeOrRefuse(*folder, candidates.at(folder->folder.string()), *snapshot);
    addForgottenManifests(found);
    for (const plugin::ScanProblem& problem : found.problems) {
        present.insert(problem.path.string());
        refuseOrKeep(problem.path, problem.path.filename().string(), problem.refusal, *snapshot);
    }
    for (auto folder = newcomers; folder != found.plugins.end(); ++folder)
        takeOrRefuse(*folder, candidates.at(folder->folder.string()), *snapshot);
    refuseUnnamed(found, candidates, *snapshot);
    forgetGone(present);
    retireUnused(*snapshot);
    options_.probe.pool.reset();
    return snapshot;
}

CatalogLoader::Candidates CatalogLoader::examine(const plugin::ScanResult& found) {
    Candidates candidates;
    std::vector<ConnectorCandidate*> places;
    for (const plugin::PluginFolder& folder : found.plugins)
        places.push_back(&candidates[folder.folder.string()]);
    forEachInParallel(found.plugins.size(), [&](std::size_t i) {
        const std::string place = found.plugins[i].folder.string();
        KnownConnector before;
        if (const auto known = loaded_.find(place); known != loaded_.end()) {
            before.stamps = &known->second.stamps;
            before.manifest = &known->second.manifest;
        }
        if (const auto hung = hung_.find(place); hung != hung_.end()) before.hung = &hung->second;
        *places[i] = examineConnector(found, found.plugins[i], before, options_);
        serveShared(*places[i]);
    });
    return candidates;
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
void CatalogLoader::refuseUnnamed(
    const plugin::ScanResult& found, const Candidates& candidates, CatalogSnapshot& snapshot
) const {
    std::set<std::string> named;
    for (const auto& [place, candidate] : candidates)
        if (candidate.manifest) named.insert(candidate.manifest->plugin);
    for (const auto& [place, folder] : loaded_)
        named.insert(folder.manifest.plugin);
    for (const auto& [name, library] : found.shared) {
        const std::filesystem::path folder = library.parent_path();
        // One of the program's, which connectors need without naming it.
        if (name == kJqPlugin) continue;
        if (named.contains(name) || loaded_.contains(folder.string())) continue;
        plugin::Refusal refusal = plugin::manifestMissing(folder);
        snapshot.refused.push_back(
            {name, folder.string(), refusal.rule, std::move(refusal.message), false}
        );
    }
}

void CatalogLoader::takeOrRefuse(
    const plugin::PluginFolder& folder, ConnectorCandidate& candidate, CatalogSnapshot& snapshot
) {
    const std::string key = candidate.key;
    const auto taken = take(folder.folder.string(), candidate, snapshot);
    if (!taken) refuseOrKeep(folder.folder, key, taken.error(), snapshot);
}

plugin::Loaded<void> CatalogLoader::take(
    const std::string& place, ConnectorCandidate& candidate, CatalogSnapshot& snapshot
) {
    if (candidate.manifest) {
        const std::string& source = candidate.manifest->source;
        if (auto free = checkKeyIsFree(candidate.key, source, snapshot); !free) return free;
    }
    if (candidate.manifest && !candidate.refusal) {
        if (auto free = checkAliasesAreFree(*candidate.manifest, snapshot); !free) return free;
    }
    if (candidate.is_unchanged) {
        use(loaded_.at(place), snapshot);
        return {};
    }
    auto loaded = candidate.refusal
                      ? plugin::Loaded<LoadedFolder>(tl::unexpected(std::move(*candidate.refusal)))
                      : loadCandidate(candidate);
    if (!loaded) {
        if (loaded.error().rule == "probe-hung")
            hung_.insert_or_assign(place, HungTrial{candidate.stamps, loaded.error()});
        return tl::unexpected<plugin::Refusal>(loaded.error());
    }
    const LoadedFolder& entry = loaded_.insert_or_assign(place, std::move(*loaded)).first->second;
    log_.info(
        "plugin",
        "a connector is loaded",
        {{"connector", entry.manifest.key}, {"version", entry.manifest.version}, {"folder", place}}
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
    const std::string& other_source = other->second.source;
    const bool is_replaced = config_.isReplacement(other_source, source);
    plugin::Refusal refusal = duplicateKey(key, other_source, is_replaced);
    const auto own_place = place_.find(source);
    const auto other_place = place_.find(other_source);
    if (own_place != place_.end() && other_place != place_.end() &&
        own_place->second < other_place->second) {
        refusal.message += " (after a restart this one would serve it: its folder comes first)";
    }
    return tl::unexpected<plugin::Refusal>(std::move(refusal));
}

/// One that came with the program gives way: `use` takes the alias from it.
plugin::Loaded<void> CatalogLoader::checkAliasesAreFree(
    const config::ConnectorManifest& manifest, const CatalogSnapshot& snapshot
) const {
    for (const auto& shared : config::sharedAliases(snapshot.manifests, manifest)) {
        const std::string& other = shared.other->source;
        if (config_.isReplacement(other, manifest.source)) continue;
        if (config_.isReplacement(manifest.source, other)) continue;
        return tl::unexpected<plugin::Refusal>(duplicateAlias(shared));
    }
    return {};
}

void CatalogLoader::use(const LoadedFolder& entry, CatalogSnapshot& snapshot) const {
    snapshot.providers.emplace(entry.manifest.key, entry.provider);
    snapshot.libraries.emplace(entry.manifest.key, entry.library);
    if (entry.mapper) snapshot.mappers.emplace(entry.manifest.key, entry.mapper);
    auto& manifest = snapshot.manifests.emplace(entry.manifest.key, entry.manifest).first->second;
    for (const auto& shared : config::sharedAliases(snapshot.manifests, manifest)) {
        auto& other = snapshot.manifests.at(shared.other->key);
        const bool gives_way = config_.isReplacement(manifest.source, other.source);
        std::erase((gives_way ? other : manifest).aliases, shared.alias);
    }
}

/// Lists why the folder can't be used as it is. What was loaded from it before stays in use:
/// instances run on while somebody mends the new version.
void CatalogLoader::refuseOrKeep(
    const std::filesystem::path& folder,
    const std::string& key,
    const plugin::Refusal& refusal,
    CatalogSnapshot& snapshot
) {
    RefusedConnector refused{key, folder.string(), refusal.rule, refusal.message, false};
    const auto before = loaded_.find(folder.string());
    if (before != loaded_.end() && !snapshot.manifests.contains(before->second.manifest.key)) {
        use(before->second, snapshot);
        refused.is_former_kept = true;
        refused.message += "; the version loaded before stays in use";
    }
    snapshot.refused.push_back(std::move(refused));
}

void CatalogLoader::forgetGone(const std::set<std::string>& present) {
    const auto is_gone = [&](const auto& item) { return !present.contains(item.first); };
    std::erase_if(loaded_, is_gone);
    std::erase_if(hung_, is_gone);
}

/// Lets go of libraries that no connector uses any more: each ends with the last operation that
/// began with it.
void CatalogLoader::retireUnused(CatalogSnapshot& snapshot) {
    std::set<std::shared_ptr<plugin::LoadedPlugin>> used;
    for (const auto& [place, folder] : loaded_)
        used.insert(folder.library);
    std::erase_if(shared_, [&](const auto& item) {
        return !item.second.library || !used.contains(*item.second.library);
    });
    for (const std::weak_ptr<plugin::LoadedPlugin>& known : in_use_) {
        const auto library = known.lock();
        if (!library || used.contains(library)) continue;
        library->retire();
        former_.push_back({library->note().id, library->note().version, known});
    }
    std::erase_if(former_, [](const FormerLibrary& former) { return former.library.expired(); });
    in_use_.assign(used.begin(), used.end());
    snapshot.former = former_;
}

}  // namespace ferry::app
