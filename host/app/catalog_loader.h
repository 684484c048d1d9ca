#pragma once
// Loads plugin folders into one snapshot of the catalog after another; what is unchanged keeps its
// objects.

#include "app/catalog.h"
#include "app/connector_candidate.h"
#include "app/plugin_lines.h"
#include "isolation/isolated_plugin.h"
#include "plugin/plugin_scan.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace ferry::app {

/// Threads: one at a time.
class CatalogLoader {
  public:
    /// `config`, `clock` and `log` outlive it.
    CatalogLoader(
        const config::HubConfig& config,
        const Clock& clock,
        observe::Log& log,
        plugin::ProbeOptions probe,
        isolation::IsolationOptions isolation
    );

    /// What is in the folders now; what is new is read and tried on all processors. Who serves a
    /// key goes on with it as long as its folder is there: a newcomer with that key is refused,
    /// wherever its folder stands.
    std::shared_ptr<const CatalogSnapshot> load();

  private:
    struct LoadedFolder {
        ConnectorStamps stamps;
        config::ConnectorManifest manifest;
        std::shared_ptr<plugin::LoadedPlugin> library;
        std::shared_ptr<pipeline::Provider> provider;
        std::shared_ptr<plugin::LoadedPlugin> mapper;  ///< null: it has no program
    };
    /// One that connectors share.
    struct SharedLibrary {
        FileStamp stamp;
        plugin::Loaded<std::shared_ptr<plugin::LoadedPlugin>> library;
    };
    using Candidates = std::map<std::string, ConnectorCandidate>;  // by folder

    Candidates examine(const plugin::ScanResult& found);
    /// Makes the provider, if its library is shared. Threads: any, several at once.
    void serveShared(ConnectorCandidate& candidate);
    Result<std::shared_ptr<pipeline::Provider>> serve(
        plugin::LoadedPlugin& library, const config::ConnectorManifest& manifest
    ) const;
    void addForgottenManifests(plugin::ScanResult& found) const;
    void refuseUnnamed(
        const plugin::ScanResult& found, const Candidates& candidates, CatalogSnapshot& snapshot
    ) const;
    void takeOrRefuse(
        const plugin::PluginFolder& folder, ConnectorCandidate& candidate, CatalogSnapshot& snapshot
    );
    plugin::Loaded<void> take(
        const std::string& place, ConnectorCandidate& candidate, CatalogSnapshot& snapshot
    );
    plugin::Loaded<void> checkKeyIsFree(
        const std::string& key, const std::string& source, const CatalogSnapshot& snapshot
    ) const;
    plugin::Loaded<void> checkAliasesAreFree(
        const config::ConnectorManifest& manifest, const CatalogSnapshot& snapshot
    ) const;
    void use(const LoadedFolder& entry, CatalogSnapshot& snapshot) const;
    void refuseOrKeep(
        const std::filesystem::path& folder,
        const std::string& key,
        const plugin::Refusal& refusal,
        CatalogSnapshot& snapshot
    );
    plugin::Loaded<LoadedFolder> loadCandidate(ConnectorCandidate& candidate);
    plugin::Loaded<std::shared_ptr<plugin::LoadedPlugin>> loadPlugin(
        plugin::PluginCandidate candidate
    );
    plugin::Loaded<std::shared_ptr<plugin::LoadedPlugin>> loadShared(
        const ConnectorCandidate& candidate
    );
    void forgetGone(const std::set<std::string>& present);
    void retireUnused(CatalogSnapshot& snapshot);

    const config::HubConfig& config_;
    const Clock& clock_;
    observe::Log& log_;
    PluginLines lines_;
    ExaminationOptions options_;
    const std::shared_ptr<const isolation::IsolationOptions> isolation_;
    std::shared_ptr<const plugin::HostServices> services_ =
        std::make_shared<const plugin::HostServices>();
    std::map<std::string, LoadedFolder> loaded_;   // by folder, or file of a connector
    std::mutex shared_mutex_;                      // of shared_, while connectors are examined
    std::map<std::string, SharedLibrary> shared_;  // by path; refused ones until the next load
    std::map<std::string, HungTrial> hung_;        // by folder
    std::map<std::string, std::size_t> place_;     // of each manifest in the order of the folders
    std::vector<std::weak_ptr<plugin::LoadedPlugin>> in_use_;  // by connectors, at the last load
    std::vector<FormerLibrary> former_;                        // that have not ended
};

}  // namespace ferry::app
