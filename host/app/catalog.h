#pragma once
// All connectors that are there: their manifests, and the plugins behind them. What can't be used
// is listed with the reason and stops nothing.

#include "base/clock.h"
#include "config/connector_aliases.h"
#include "config/connector_manifest.h"
#include "config/diagnostic.h"
#include "config/hub_config.h"
#include "model/plugin_state.h"
#include "observe/log.h"
#include "pipeline/stages.h"
#include "plugin/loaded_plugin.h"
#include "plugin/refusal.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::app {

class CatalogLoader;

/// Why a connector is not used whose key another one has, from `source`.
plugin::Refusal duplicateKey(
    const std::string& key, const std::string& source, bool is_replaced = false
);

/// Why a connector is not used that shares an alias with another one.
plugin::Refusal duplicateAlias(const config::SharedAlias& shared);

/// A library that no connector uses any more. Operations that began with it hold it.
struct FormerLibrary {
    std::string id;
    std::string version;
    std::weak_ptr<plugin::LoadedPlugin> library;  ///< expired: it has ended
};

/// One consistent view; never changes.
struct CatalogSnapshot {
    config::ManifestSet manifests;
    std::map<std::string, std::shared_ptr<pipeline::Provider>, std::less<>> providers;
    /// Behind each of the providers.
    std::map<std::string, std::shared_ptr<plugin::LoadedPlugin>, std::less<>> libraries;
    /// Of connectors that have a program of jq: what runs it.
    std::map<std::string, std::shared_ptr<plugin::LoadedPlugin>, std::less<>> mappers;
    std::vector<RefusedConnector> refused;
    std::vector<FormerLibrary> former;
};

/// Threads: load by one at a time; the rest from any.
class Catalog final : public pipeline::ProviderDirectory {
  public:
    /// All that is given outlives it. Providers stay usable as long as somebody holds them.
    /// `is_stopping` cuts trials of plugins short; `on_restart` is told how often the process of an
    /// isolated plugin was started again, at first that it was not. Both may be empty.
    Catalog(
        const config::HubConfig& config,
        const Clock& clock,
        observe::Log& log,
        std::function<bool()> is_stopping = {},
        std::function<void(std::string_view plugin, std::uint64_t count)> on_restart = {}
    );
    ~Catalog() override;

    /// The hub ends: calls into processes of isolated plugins go on for a moment and no longer.
    /// Threads: any.
    void endCalls() noexcept;
    /// Scans the plugins and connectors folders and takes what is new or changed into use. What was
    /// loaded and is still there stays as it is.
    void load();

    std::shared_ptr<const CatalogSnapshot> snapshot() const;
    std::shared_ptr<pipeline::Provider> find(std::string_view connector_key) const override;
    /// True: webhooks of the connector `name` are not for a thread that others wait for
    /// (Provider::takesWebhooksApart).
    bool takesWebhooksApart(const std::string& name) const;
    /// The key of the connector that `name` is the key or an alias of; `name` if there is none.
    std::string keyOf(const std::string& name) const;
    /// What there is at this moment, for people.
    PluginStates states() const;
    /// The program of that name beside the running one, or nothing.
    static std::filesystem::path ownProgram(const std::string& name);

  private:
    std::optional<std::chrono::steady_clock::time_point> callsEndAt() const;

    observe::Log& log_;
    std::atomic<std::int64_t> calls_end_at_{0};    ///< steady clock, ns; 0: the hub does not end
    std::atomic<bool> has_webhooks_apart_{false};  ///< of any connector
    std::unique_ptr<CatalogLoader> loader_;
    mutable std::mutex mutex_;
    std::shared_ptr<const CatalogSnapshot> snapshot_;  ///< guarded by mutex_
};

}  // namespace ferry::app
