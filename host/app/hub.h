#pragma once
// The hub: owns every component as a member in construction order; destruction in reverse is the
// shutdown order. The only place that knows everything.

#include "api/api.h"
#include "app/catalog.h"
#include "app/housekeeping.h"
#include "app/instance_apply.h"
#include "app/plugin_watch.h"
#include "app/store_watch.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "base/result.h"
#include "base/worker.h"
#include "config/diagnostic.h"
#include "config/hub_config.h"
#include "http/curl_outbound.h"
#include "http/in_flight_limit.h"
#include "http/router.h"
#include "http/server.h"
#include "oauth/browser_flow.h"
#include "oauth/token_worker.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/account_policy.h"
#include "pipeline/delivery_worker.h"
#include "pipeline/instance_lookup.h"
#include "pipeline/operator_worker.h"
#include "pipeline/replay_worker.h"
#include "pipeline/settings_cache.h"
#include "pipeline/subscription_worker.h"
#include "pipeline/sync_worker.h"
#include "pipeline/webhook_receiver.h"
#include "store/api_key_store.h"
#include "store/store.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ferry::app {

/// What a reload did, for the log and for tests.
struct ReloadReport {
    config::Diagnostics diagnostics;
    ApplyReport applied;
};

/// Threads: create, start, reload and stop by one thread.
class Hub {
  public:
    /// Opens the store and the key and connects the parts. Call `reload` next: it loads the plugins
    /// and applies the instance files. Nothing listens yet. `clock`, `random` and `log` outlive it.
    /// `is_stopping` is asked while a start or a reload takes long, and ends it; may be empty.
    /// Errors: whatever makes a start impossible, in words for people.
    static Result<std::unique_ptr<Hub>> create(
        config::HubConfig config,
        const Clock& clock,
        Random& random,
        observe::Log& log,
        std::function<bool()> is_stopping = {}
    );
    ~Hub();

    /// Listens and starts the workers.
    Status start();

    /// Reads plugins, connectors and instance files again and applies the difference. Errors in
    /// them are in the report: what is good is applied, what is bad keeps its old version.
    Result<ReloadReport> reload();

    /// Stops within `grace`: no new work, running requests end, what was leased is given back.
    void stop(Milliseconds grace);

    std::uint16_t port() const { return server_->port(); }
    observe::Metrics& metrics() { return metrics_; }
    store::Store& store() { return *store_; }
    const Catalog& catalog() const { return catalog_; }
    const config::HubConfig& config() const { return config_; }

  private:
    /// Threads of the server that only health and metrics can have: those are answered under load.
    /// A thread is taken by a whole request and not by a client (http/connection_gate), and of
    /// others there are fewer at a time, beyond which 503 is the answer.
    static constexpr std::int64_t kThreadsSpare = 8;

    Hub(config::HubConfig config,
        const Clock& clock,
        Random& random,
        observe::Log& log,
        std::function<bool()> is_stopping);

    Status openStore();
    void tellCommands();
    Status build();
    Status buildOutbound();
    Status buildOauth();
    void buildSync();
    RetrySchedule retrySchedule() const;
    void buildSubscriptions();
    void buildDelivery();
    void buildReplays();
    void buildOperator();
    std::size_t connectorCallsMax() const;
    void buildApi();
    void addRoutes();
    void buildServer();
    bool isWebhookApart(std::string_view target) const;
    http::Handler handlerForAll(http::DeferredHandler webhooks);
    void noteRefusal(const http::Refusal& refusal, const std::string& peer);
    void addGauges();
    void addDeliveryGauges();
    void addPluginGauges();
    void addNoticeGauges();
    void addReplayGauges();
    Status enqueueAuthorizations();
    http::Response ready();
    void stopDrains();

    const config::HubConfig config_;
    const Clock& clock_;
    Random& random_;
    observe::Log& log_;
    const std::function<bool()> is_stopping_;
    observe::Metrics metrics_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<store::ApiKeyStore> api_keys_;
    std::optional<SealingKey> key_;
    std::string hub_id_;
    const Secret command_secret_;  // new at each start
    RetryDelays retry_delays_;
    Catalog catalog_;
    std::unique_ptr<http::CurlOutbound> outbound_;
    std::unique_ptr<pipeline::SettingsCache> settings_;
    std::unique_ptr<pipeline::AccountPolicy> account_;

    // Steppables first, then the threads that drive them.
    std::unique_ptr<oauth::TokenRefresher> tokens_;
    std::unique_ptr<oauth::AuthorizeUrls> authorize_urls_;
    std::unique_ptr<oauth::AccountAuthorizer> authorizer_;
    std::unique_ptr<oauth::BrowserFlow> browser_flow_;
    std::unique_ptr<pipeline::SyncWorker> sync_;
    std::unique_ptr<pipeline::SubscriptionWorker> subscriptions_;
    std::unique_ptr<pipeline::CallbackPermissions> permissions_;
    std::unique_ptr<pipeline::DeliveryWorker> delivery_;
    std::unique_ptr<pipeline::ReplayWorker> replays_;
    std::unique_ptr<pipeline::OperatorWorker> operator_;
    std::unique_ptr<pipeline::InstanceLookup> lookup_;
    std::unique_ptr<pipeline::WebhookReceiver> webhooks_;

    std::unique_ptr<api::Api> api_;

    std::unique_ptr<oauth::TokenWorker> token_worker_;
    std::unique_ptr<Housekeeping> housekeeping_;
    std::unique_ptr<StoreWatch> store_watch_;
    std::unique_ptr<PluginWatch> plugin_watch_;
    std::unique_ptr<Worker> token_thread_;
    std::unique_ptr<Worker> sync_thread_;
    std::unique_ptr<Worker> subscription_thread_;
    std::unique_ptr<Worker> delivery_thread_;
    std::unique_ptr<Worker> replay_thread_;
    std::unique_ptr<Worker> operator_thread_;
    std::vector<std::unique_ptr<Worker>> async_threads_;
    std::unique_ptr<Worker> topic_thread_;
    std::unique_ptr<Worker> housekeeping_thread_;
    std::unique_ptr<Worker> store_watch_thread_;
    std::unique_ptr<Worker> plugin_watch_thread_;

    http::Router router_;
    std::unique_ptr<http::InFlightLimit> in_flight_;
    std::unique_ptr<http::InFlightLimit> webhooks_apart_;
    std::map<int, observe::Counter*> refused_;  // by status
    TimePoint next_refusal_line_{};             // of the accepting thread
    std::unique_ptr<http::Server> server_;
    std::atomic<bool> is_running_{false};
};

}  // namespace ferry::app
