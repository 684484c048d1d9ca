#pragma once
// The whole flow without threads, sockets or real time: a seed decides what users, provider,
// network, receiver, store and machine do, and the same seed does the same again. After the storm
// everything is healed and drained, and the invariants of README.md must hold.

#include "simulation/file_actor.h"
#include "simulation/sim_hub.h"
#include "simulation/sim_network.h"
#include "support/callback_log.h"
#include "support/temp_dir.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ferry::test {

struct SimulationOptions {
    std::uint64_t seed = 1;
    unsigned actions = 60;
    /// Faults of every kind at random; false: only what the next members say.
    bool is_stormy = true;
    /// So many commits of the store go well, then one fails.
    std::optional<std::uint64_t> failing_commit;
    /// So many calls of the store go well, then one fails, before or after its effect.
    std::optional<std::uint64_t> failing_call;
    /// The same, and the process ends there.
    std::optional<std::uint64_t> crash_at_call;
    bool fails_after_effect = false;
    bool is_traced = false;  ///< everything that happens goes to standard error
};

/// What a run was made of; a test of nothing proves nothing.
struct SimulationCounts {
    std::uint64_t lives = 0;
    std::uint64_t events = 0;
    std::uint64_t callbacks = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t store_calls = 0;
    std::uint64_t commits = 0;
    std::uint64_t notices_sent = 0;
    std::uint64_t requests = 0;
    bool has_faulted = false;  ///< the one scripted fault came to pass
};

class Simulation {
  public:
    explicit Simulation(SimulationOptions options);
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Runs to the end. Gives what went wrong: nothing, if all is well.
    std::vector<std::string> run();
    const SimulationCounts& counts() const { return counts_; }

  private:
    struct Customer {
        std::string name;
        std::string app_key;
        std::string account;
        InstanceId id;
        bool is_revoked = false;
        bool reports_baseline = false;
        std::string ordering;      ///< event.notification.ordering
        bool has_own_url = false;  ///< else the one that others have, too
        /// What the baseline found; nullopt until it is over.
        std::optional<std::vector<IndexedObject>> baseline;
    };
    struct LateNotice {
        TimePoint at;
        demo::Notice notice;
        bool is_answered;  ///< nobody waits for the answer: a duplicate
    };

    // simulation_setup.cpp
    void makeWorld();
    void addInstance(Customer& customer, const std::string& app_secret);
    void configure();

    // simulation.cpp
    void runUntil(TimePoint end);
    void runNow();
    void bootIfDue();
    void crash();
    void noteBaselines();
    void sendNotices();
    void sendNotice(const demo::Notice& notice, bool is_answered);
    TimePoint nextEvent() const;
    Fault storeFault(std::uint64_t call, std::string_view name);
    bool failsCommit();
    void trace(const std::string& text) const;

    // simulation_storm.cpp
    void act();
    void misfortune();
    void providerMisfortune();
    void machineMisfortune();
    void endMisfortunes();

    // simulation_checks.cpp
    void heal();
    bool waitUntilQuiet();
    std::vector<std::string> unrest();
    std::vector<std::string> invariants();
    std::vector<std::string> checkCustomer(const Customer& customer);

    const SimulationOptions options_;
    TempDir folder_;
    SimClock clock_;
    SeededRandom random_;      // what the world does
    SeededRandom hub_random_;  // what the hub does, and what befalls its requests
    std::unique_ptr<demo::FakeDropbox> provider_;
    CallbackLog receiver_;
    std::unique_ptr<SimNetwork> network_;
    config::HubConfig config_;
    config::InstanceLoad instances_;
    std::optional<SealingKey> key_;
    std::optional<SimMachine> machine_;
    std::vector<Customer> customers_;
    std::vector<FileActor> actors_;
    std::unique_ptr<SimHub> hub_;
    TimePoint boot_at_;
    std::deque<LateNotice> late_;
    std::vector<std::string> problems_;

    // Misfortunes that last: when each ends.
    TimePoint provider_back_at_;
    TimePoint receiver_back_at_;
    TimePoint store_good_at_;
    TimePoint notices_back_at_;
    double store_faults_ = 0;
    double notice_faults_ = 0;
    std::optional<std::uint64_t> crash_in_;  ///< calls of the store until the process ends
    bool crashes_after_effect_ = false;
    bool is_crashed_ = false;  ///< the process is dead and not yet taken away
    bool is_healed_ = false;
    std::set<std::string> held_;  ///< accounts whose feed lags
    SimulationCounts counts_;
};

}  // namespace ferry::test
