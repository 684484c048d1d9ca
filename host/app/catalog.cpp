#include "app/catalog.h"

#include "app/plugin_lines.h"
#include "app/provider_description.h"
#include "config/instance_file.h"
#include "plugin/plugin_provider.h"
#include "plugin/plugin_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace ferry::app {

namespace {

constexpr std::string_view kComponent = "plugins";

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

plugin::LoadRequest loadRequest(
    const config::ConnectorManifest& manifest, const std::filesystem::path& library
) {
    plugin::LoadRequest request;
    request.path = library;
    const bool is_shared = plugin::namesSharedLibrary(manifest.plugin);
    request.id = is_shared ? manifest.plugin : manifest.key;
    if (!is_shared) request.version = manifest.version;
    request.abi_major = static_cast<std::uint32_t>(manifest.abi);
    return request;
}

plugin::Refusal duplicateKey(const std::string& key, const std::string& source) {
    return {"key-duplicate", fmt::format("connector '{}' is already served from {}", key, source)};
}

/// Loads plugin folders into one snapshot after another; what is unchanged keeps its objects.
class Catalog::Loader {
  public:
    Loader(
        const config::HubConfig& config,
        const Clock& clock,
        observe::Log& log,
        plugin::ProbeOptions probe
    )
        : config_(config), clock_(clock), log_(log), lines_(log), probe_(std::move(probe)) {}

    std::shared_ptr<const CatalogSnapshot> load() {
        auto snapshot = std::make_shared<CatalogSnapshot>();
        const plugin::ScanResult found =
            plugin::scanConnectors(config_.plugins, config_.connectors);
        std::set<std::string> present;
        for (const plugin::PluginFolder& folder : found.plugins) {
            const std::string path = folder.folder.string();
            present.insert(path);
            std::string key = folder.folder.stem().string();
            if (const plugin::Loaded<void> taken = take(found, folder, key, *snapshot); !taken) {
                refuseOrKeep(folder.folder, key, taken.error(), *snapshot);
            }
        }
        for (const plugin::ScanProblem& problem : found.problems) {
            present.insert(problem.path.string());
            refuseOrKeep(
                problem.path, problem.path.filename().string(), problem.refusal, *snapshot
            );
        }
        const auto is_gone = [&](const auto& item) { return !present.contains(item.first); };
        std::erase_if(loaded_, is_gone);
        std::erase_if(hung_, is_gone);
        return snapshot;
    }

  private:
    /// Of the files of a folder, to see that they have changed.
    struct FileTimes {
        std::filesystem::file_time_type library;
        std::filesystem::file_time_type manifest;

        bool operator==(const FileTimes&) const = default;
    };
    struct LoadedFolder {
        FileTimes times;
        config::ConnectorManifest manifest;
        std::shared_ptr<pipeline::Provider> provider;
    };

    /// Gives the connector's `key` as soon as it is known.
    plugin::Loaded<void> take(
        const plugin::ScanResult& found_files,
        const plugin::PluginFolder& folder,
        std::string& key,
        CatalogSnapshot& snapshot
    ) {
        config::Diagnostics diagnostics;
        auto manifest = config::readManifestFile(folder.manifest, diagnostics);
        if (!manifest) return plugin::refuse("manifest-invalid", describeErrors(diagnostics));
        key = manifest->key;
        if (auto free = checkKeyIsFree(manifest->key, snapshot); !free) return free;
        const auto library = found_files.library(folder, manifest->plugin);
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

    static plugin::Loaded<void> checkKeyIsFree(
        const std::string& key, const CatalogSnapshot& snapshot
    ) {
        const auto other = snapshot.manifests.find(key);
        if (other == snapshot.manifests.end()) return {};
        return tl::unexpected<plugin::Refusal>(duplicateKey(key, other->second.source));
    }

    static void use(const LoadedFolder& entry, CatalogSnapshot& snapshot) {
        snapshot.providers.emplace(entry.manifest.key, entry.provider);
        snapshot.manifests.emplace(entry.manifest.key, entry.manifest);
    }

    /// Lists why the folder can't be used as it is. What was loaded from it before stays in use:
    /// instances run on while somebody mends the new version.
    void refuseOrKeep(
        const std::filesystem::path& folder,
        const std::string& key,
        const plugin::Refusal& refusal,
        CatalogSnapshot& snapshot
    ) {
        std::string message = refusal.message;
        const auto before = loaded_.find(folder.string());
        if (before != loaded_.end() && checkKeyIsFree(before->second.manifest.key, snapshot)) {
            use(before->second, snapshot);
            message += "; the version loaded before stays in use";
        }
        snapshot.refused.push_back({key, folder.string(), refusal.rule, std::move(message)});
    }

    plugin::Loaded<std::shared_ptr<pipeline::Provider>> makeProvider(
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
    plugin::Loaded<std::shared_ptr<plugin::PluginLibrary>> loadLibrary(
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

    const config::HubConfig& config_;
    const Clock& clock_;
    observe::Log& log_;
    PluginLines lines_;
    const plugin::ProbeOptions probe_;
    std::shared_ptr<const plugin::HostServices> services_ =
        std::make_shared<const plugin::HostServices>();
    std::map<std::string, LoadedFolder> loaded_;  // by folder, or file of a connector
    /// Libraries that connectors share, by path.
    std::map<
        std::string,
        std::pair<std::filesystem::file_time_type, std::shared_ptr<plugin::PluginLibrary>>>
        shared_;
    /// By folder: a trial that hangs takes seconds, and would again at each reload.
    std::map<std::string, std::pair<FileTimes, plugin::Refusal>> hung_;
};

Catalog::Catalog(
    const config::HubConfig& config,
    const Clock& clock,
    observe::Log& log,
    std::function<bool()> is_stopping
)
    : log_(log),
      loader_(std::make_unique<Loader>(
          config,
          clock,
          log,
          plugin::ProbeOptions{.program = probeProgram(), .is_cancelled = std::move(is_stopping)}
      )),
      snapshot_(std::make_shared<const CatalogSnapshot>()) {}

Catalog::~Catalog() = default;

void Catalog::load() {
    std::shared_ptr<const CatalogSnapshot> fresh = loader_->load();
    const auto before = snapshot();
    for (const RefusedConnector& refused : fresh->refused) {
        // Once, and not again at each reload for another reason.
        if (std::find(before->refused.begin(), before->refused.end(), refused) !=
            before->refused.end()) {
            continue;
        }
        log_.warning(kComponent, refused.message, {{"path", refused.path}, {"rule", refused.rule}});
    }
    const std::lock_guard lock(mutex_);
    snapshot_ = std::move(fresh);
}

std::shared_ptr<const CatalogSnapshot> Catalog::snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

std::shared_ptr<pipeline::Provider> Catalog::find(std::string_view connector_key) const {
    const auto current = snapshot();
    const auto found = current->providers.find(connector_key);
    return found == current->providers.end() ? nullptr : found->second;
}

std::filesystem::path Catalog::probeProgram() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) return {};
    for (const char* place : {"ferry-plugin-probe", "../bin/ferry-plugin-probe"}) {
        const std::filesystem::path candidate = self.parent_path() / place;
        if (std::filesystem::exists(candidate, error)) return candidate;
    }
    return {};
}

}  // namespace ferry::app
