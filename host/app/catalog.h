#pragma once
// All connectors that are there: their manifests, and the plugins behind them. What can't be used
// is listed with the reason and stops nothing.

#include "base/clock.h"
#include "config/connector_manifest.h"
#include "config/diagnostic.h"
#include "config/hub_config.h"
#include "observe/log.h"
#include "pipeline/stages.h"
#include "plugin/plugin_library.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::app {

class CatalogLoader;

/// What the library beside this manifest has to be.
plugin::LoadRequest loadRequest(
    const config::ConnectorManifest& manifest, const std::filesystem::path& library
);

/// Why a connector is not used whose key another one has, from `source`.
plugin::Refusal duplicateKey(const std::string& key, const std::string& source);

/// A plugin folder or connector file that is not used.
struct RefusedConnector {
    std::string key;  ///< by its manifest; by the name of its folder if that can't be read
    std::string path;
    std::string rule;     ///< stable name of what was broken, such as "abi-major"
    std::string message;  ///< what is wrong and what to do

    bool operator==(const RefusedConnector&) const = default;
};

/// One consistent view; never changes.
struct CatalogSnapshot {
    config::ManifestSet manifests;
    std::map<std::string, std::shared_ptr<pipeline::Provider>, std::less<>> providers;
    std::vector<RefusedConnector> refused;
};

/// Threads: load by one at a time; the rest from any.
class Catalog final : public pipeline::ProviderDirectory {
  public:
    /// All that is given outlives it. Providers stay usable as long as somebody holds them.
    /// `is_stopping` cuts trials of plugins short; may be empty.
    Catalog(
        const config::HubConfig& config,
        const Clock& clock,
        observe::Log& log,
        std::function<bool()> is_stopping = {}
    );
    ~Catalog() override;

    /// Scans the plugins and connectors folders and takes what is new or changed into use. What was
    /// loaded and is still there stays as it is.
    void load();

    std::shared_ptr<const CatalogSnapshot> snapshot() const;
    std::shared_ptr<pipeline::Provider> find(std::string_view connector_key) const override;

  private:
    /// The trial program beside the running one, or nothing.
    static std::filesystem::path probeProgram();

    observe::Log& log_;
    std::unique_ptr<CatalogLoader> loader_;
    mutable std::mutex mutex_;
    std::shared_ptr<const CatalogSnapshot> snapshot_;  ///< guarded by mutex_
};

}  // namespace ferry::app
