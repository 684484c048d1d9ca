#pragma once
// One life of the hub in the simulation: the real parts on the real embedded store, connected as
// host/app connects them, but stepped by hand. A crash drops it all; the next life opens the store.

#include "app/catalog.h"
#include "base/crypto.h"
#include "config/instance_file.h"
#include "oauth/token_worker.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/delivery_worker.h"
#include "pipeline/instance_lookup.h"
#include "pipeline/settings_cache.h"
#include "pipeline/sync_worker.h"
#include "pipeline/webhook_receiver.h"
#include "simulation/posted_writes.h"
#include "simulation/sim_network.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fault_script.h"
#include "support/faulty_store.h"

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace ferry::test {

/// The machine's clock as a process sees it: `now` starts at the wall clock of its start.
class BootClock final : public Clock {
  public:
    explicit BootClock(const SimClock& clock)
        : clock_(clock), offset_(clock.wallNow() - clock.now()) {}
    TimePoint now() const override { return clock_.now() + offset_; }
    TimePoint wallNow() const override { return clock_.wallNow(); }
    /// The simulation's time of a time of this clock.
    TimePoint toSimulation(TimePoint time) const {
        return time == TimePoint::max() ? time : time - offset_;
    }

  private:
    const SimClock& clock_;
    const Milliseconds offset_;
};

/// What outlives a life.
struct SimMachine {
    const SimClock& clock;
    SeededRandom& random;
    SimNetwork& network;
    const config::HubConfig& config;
    const config::InstanceLoad& instances;
    const SealingKey& key;
    std::string database;
    FaultScript::Decide store_fault;     ///< asked for each call of the store
    std::function<bool()> fails_commit;  ///< asked for each commit of the store
    observe::Log::Sink log;
    std::size_t drains_max = 4;
    unsigned page_records = 20;
};

class SimHub {
  public:
    static constexpr std::size_t kPerCallback = 3;

    /// Errors: those of the store; the machine tries again then.
    static Result<std::unique_ptr<SimHub>> boot(const SimMachine& machine);
    ~SimHub();
    SimHub(const SimHub&) = delete;
    SimHub& operator=(const SimHub&) = delete;

    /// Steps the workers that were woken or whose time has come, once each, in any order. True if
    /// there were any.
    bool step();
    /// The simulation's time at which a worker wants to be stepped.
    TimePoint nextDue() const;

    /// The status that the notice is answered with.
    int receive(const demo::Notice& notice);

    /// Stops as SIGTERM does: everything is given back.
    void shutDown();

    /// The store without faults.
    store::Store& store() { return *store_; }
    TimePoint now() const { return clock_.now(); }
    void interrupt(InstanceId instance) { sync_->interrupt(instance); }
    std::size_t drainsInFlight() const { return sync_->drainsInFlight(); }

  private:
    explicit SimHub(const SimMachine& machine);
    Status open();
    Status build();
    Status buildOauth();
    Status start();

    struct SteppedWorker {
        Steppable* target = nullptr;
        bool is_woken = true;
        TimePoint next;
    };
    Wake wakeOf(std::size_t worker) {
        return [this, worker] { workers_[worker].is_woken = true; };
    }

    const SimMachine& machine_;
    BootClock clock_;
    FaultScript script_;
    observe::Log log_;
    observe::Metrics metrics_;
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    PostedWrites writes_;
    std::unique_ptr<FaultyStore> faulty_;
    std::string hub_id_;
    std::unique_ptr<app::Catalog> catalog_;
    std::unique_ptr<pipeline::SettingsCache> settings_;
    std::unique_ptr<oauth::TokenRefresher> tokens_;
    std::unique_ptr<oauth::AuthorizeUrls> authorize_urls_;
    std::unique_ptr<oauth::AccountAuthorizer> authorizer_;
    std::unique_ptr<oauth::TokenWorker> token_worker_;
    std::unique_ptr<pipeline::SyncWorker> sync_;
    std::unique_ptr<pipeline::DeliveryWorker> delivery_;
    std::unique_ptr<pipeline::InstanceLookup> lookup_;
    std::unique_ptr<pipeline::WebhookReceiver> webhooks_;
    std::array<SteppedWorker, 4> workers_{};
};

}  // namespace ferry::test
