#pragma once
// Loads plugin folders into one snapshot of the catalog after another; what is unchanged keeps its
// objects.

#include "app/catalog.h"
#include "app/plugin_lines.h"
#include "plugin/plugin_provider.h"
#include "plugin/plugin_scan.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace ferry::app {

/// Threads: one at a time.
class CatalogLoader {
  public:
    /// `config`, `clock` and `log` outlive it.
    CatalogLoader(
        const config::HubConfig& config,
        const Clock& clock,
        observe::Log& log,
        plugin::ProbeOptions probe
    );

    /// What is in the folders now. Who serves a key goes on with it as long as its folder is there:
    /// a newcomer with that key is refused, wherever its folder stands.
    std::shared_ptr<const CatalogSnapshot> load();

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

    void addForgottenManifests(plugin::ScanResult& found) const;
    void refuseUnnamed(const plugin::ScanResult& found, CatalogSnapshot& snapshot) const;
    void takeOrRefuse(
        const plugin::ScanResult& found,
        const plugin::PluginFolder& folder,
        CatalogSnapshot& snapshot
    );
    plugin::Loaded<void> take(
        const plugin::ScanResult& found,
        const plugin::PluginFolder& folder,
        std::string& key,
        CatalogSnapshot& snapshot
    );
    plugin::Loaded<void> checkKeyIsFree(
        const std::string& key, const std::string& source, const CatalogSnapshot& snapshot
    ) const;
    static void use(const LoadedFolder& entry, CatalogSnapshot& snapshot);
    void refuseOrKeep(
        const std::filesystem::path& folder,
        const std::string& key,
        const plugin::Refusal& refusal,
        CatalogSnapshot& snapshot
    );
    plugin::Loaded<std::shared_ptr<pipeline::Provider>> makeProvider(
        const config::ConnectorManifest& manifest,
        const std::filesystem::path& library,
        const FileTimes& times
    );
    plugin::Loaded<std::shared_ptr<plugin::PluginLibrary>> loadLibrary(
        const config::ConnectorManifest& manifest,
        const std::filesystem::path& library,
        const FileTimes& times
    );

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
    std::map<std::string, std::size_t> place_;  // of each manifest in the order of the folders
};

}  // namespace ferry::app
