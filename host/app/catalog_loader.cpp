#include "app/catalog_loader.h"

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
    plugin::ScanResult found = plugin::scanPluginFolders(config_.plugins);
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
        takeOrRefuse(*folder, *snapshot);
    for (const plugin::ScanProblem& problem : found.problems) {
        present.insert(problem.path.string());
        refuseOrKeep(problem.path, problem.path.filename().string(), problem.refusal, *snapshot);
    }
    for (auto folder = newcomers; folder != found.plugins.end(); ++folder)
        takeOrRefuse(*folder, *snapshot);
    const auto is_gone = [&](const auto& item) { return !present.contains(item.first); };
    std::erase_if(loaded_, is_gone);
    std::erase_if(hung_, is_gone);
    return snapshot;
}

void CatalogLoader::takeOrRefuse(const plugin::PluginFolder& folder, CatalogSnapshot& snapshot) {
    std::string key = folder.folder.filename().string();
    if (const plugin::Loaded<void> taken = take(folder, key, snapshot); !taken) {
        refuseOrKeep(folder.folder, key, taken.error(), snapshot);
    }
}

/// Gives the connector's `key` as soon as it is known.
plugin::Loaded<void> CatalogLoader::take(
    const plugin::PluginFolder& folder, std::string& key, CatalogSnapshot& snapshot
) {
    config::Diagnostics diagnostics;
    auto manifest = config::readManifestFile(folder.manifest, diagnostics);
    if (!manifest) return plugin::refuse("manifest-invalid", describeErrors(diagnostics));
    key = manifest->key;
    if (auto free = checkKeyIsFree(manifest->key, manifest->source, snapshot); !free) return free;
    const auto library = folder.library(manifest->plugin);
    if (!library) return tl::unexpected<plugin::Refusal>(library.error());

    std::error_code ignored;
    const FileTimes times{
        std::filesystem::last_write_time(*library, ignored),
        std::filesystem::last_write_time(folder.manifest, ignored)};
    const std::string place = folder.folder.string();
    const auto found = loaded_.find(place);
    if (found != loaded_.end() && found->second.times == times) {
        use(found->second, snapshot);
        return {};
    }
    const auto hung = hung_.find(place);
    if (hung != hung_.end() && hung->second.first == times) {
        return tl::unexpected<plugin::Refusal>(hung->second.second);
    }
    auto provider = makeProvider(*manifest, *library);
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
    const config::ConnectorManifest& manifest, const std::filesystem::path& library
) {
    auto loaded =
        plugin::PluginLibrary::load(loadRequest(manifest, library), services_, lines_, probe_);
    if (!loaded) return tl::unexpected<plugin::Refusal>(loaded.error());

    plugin::CallInfo call;
    call.now = clock_.wallNow();
    plugin::Setup setup;
    setup.connector = manifest.key;
    auto instance = plugin::PluginInstance::create(*loaded, setup, call);
    if (!instance) return plugin::refuse("create-failed", instance.error().message);
    return std::make_shared<plugin::PluginProvider>(
        describe(manifest), std::move(*instance), clock_
    );
}

plugin::ProviderDescription CatalogLoader::describe(const config::ConnectorManifest& manifest
) const {
    plugin::ProviderDescription description;
    description.key = manifest.key;
    description.hub = manifest.hub;
    description.egress = manifest.egress;
    const config::ProviderConfig overrides = config_.provider(manifest.key);
    for (const auto& [name, url] : manifest.base_urls) {
        const auto found = overrides.base_urls.find(name);
        description.options.base_urls.emplace_back(
            name, found == overrides.base_urls.end() ? url : found->second
        );
    }
    description.options.poll_interval = overrides.poll_interval;
    if (manifest.oauth2) {
        description.options.expiry_margin = manifest.oauth2->expiry_margin;
        description.options.uses_pkce = manifest.oauth2->has_pkce;
        for (const std::string& scope : manifest.oauth2->scopes) {
            if (!description.options.default_scope.empty()) {
                description.options.default_scope += ' ';
            }
            description.options.default_scope += scope;
        }
    }
    return description;
}

}  // namespace ferry::app
