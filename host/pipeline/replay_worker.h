#pragma once
// Delivers events of the log again, for replays that somebody asked for: finds what is meant, makes
// deliveries of it, and leaves the sending to the delivery worker. Beside live traffic, at a
// bounded rate.

#include "base/clock.h"
#include "base/worker.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/replay_pages.h"
#include "pipeline/settings_cache.h"
#include "store/delivery_search.h"
#include "store/event_search.h"
#include "store/instance_store.h"
#include "store/replay_store.h"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace ferry::pipeline {

/// Events a second of a replay that did not say how many.
inline constexpr std::int64_t kReplayRateDefault = 1'000;
inline constexpr std::int64_t kReplayRateMax = 100'000;

struct ReplayOptions {
    /// Attempts under way to one callback at most, unless its instances say so (SharedLimits).
    std::size_t per_callback = 8;
    /// Deliveries of replays that wait for their first attempt or are in it, at most, of all
    /// callbacks. Much less than the attempts that the delivery worker makes at once, so that
    /// callbacks that hang take them from nobody.
    std::int64_t untried_max = 64;
    /// Instances that a step looks at, and that are begun with at once.
    std::size_t parts_per_step = 64;
    Milliseconds interval{10};  ///< between two steps
};

/// What the worker works with. All of it outlives the worker.
struct ReplayServices {
    store::ReplayStore& replays;
    store::EventSearch& events;
    store::DeliverySearch& deliveries;
    store::InstanceStore& instances;
    SettingsCache& settings;
    const Clock& clock;
    observe::Metrics& metrics;
    observe::Log& log;
    Wake wake_deliveries;  ///< called when deliveries were made
};

/// A replay goes through its instances in the order of their ids, many at a time, and through the
/// events of each in the order of the log. An instance whose callback does not take what was made
/// for it gets no more until it does; the others go on. Instances that take no callbacks (disabled,
/// events off, no callback URL) are skipped and counted. Events whose own delivery still waits are
/// left out: they come with it, and not twice.
///
/// A redelivery (Replay::is_redelivery) is such a job as well, under the same limits: deliveries
/// that somebody asked for by the many wait again a few at a time.
///
/// Progress and the deliveries that it made are one transaction: a replay that is cut short goes on
/// where it was, and makes nothing twice.
///
/// Threads: step by one thread at a time.
class ReplayWorker final : public Steppable {
  public:
    ReplayWorker(ReplayServices services, ReplayOptions options);

    TimePoint step() override;

  private:
    /// What is allowed to a replay by its rate.
    struct Allowance {
        double events = 0;
        TimePoint counted_at;
        InstanceId looked_at;                ///< the parts up to this one had their turn
        CallbackId looked_at_callback = {};  ///< of a redelivery: the same
    };
    /// One step of one replay.
    struct Turn {
        const Replay& replay;
        store::ReplayProgress progress;
        std::size_t budget = 0;                           ///< events
        std::int64_t room = 0;                            ///< deliveries
        std::map<CallbackId, std::int64_t> room_of = {};  ///< the same of callbacks asked about
        bool is_all_opened = false;

        bool hasRoom() const { return budget > 0 && (replay.is_dry_run || room > 0); }
    };

    Status takeTurn(const Replay& replay, TimePoint now);
    Status redeliverSome(Turn& turn, Allowance& allowance);
    std::size_t budgetOf(const Replay& replay, Allowance& allowance, TimePoint now) const;
    Result<std::vector<store::ReplayPart>> openMore(Turn& turn, std::size_t limit);
    Result<std::vector<InstanceId>> nextInstances(const Turn& turn, std::size_t limit);
    /// The next events of a part; of their numbers alone where all are wanted.
    Result<std::vector<store::EventHead>> look(
        const Replay& replay, const store::ReplayPart& part, std::size_t limit
    );
    Status moveOn(Turn& turn, const store::ReplayPart& part, bool is_new);
    /// Those of `events`, of which there are some, whose own delivery waits.
    Result<std::vector<EventRange>> waitingEvents(
        InstanceId instance, std::span<const store::EventHead> events
    );
    /// The instance; nullptr if it takes no callbacks now.
    Result<std::shared_ptr<const InstanceSettings>> targetOf(InstanceId id);
    Result<std::int64_t*> roomFor(Turn& turn, CallbackId callback);
    Status finishTurn(Turn& turn, Allowance& allowance, bool had_parts);
    void noteStoreFailure(const Error& error);

    const ReplayServices services_;
    const ReplayOptions options_;
    observe::Counter& replayed_;
    std::map<ReplayId, Allowance> allowances_;
    bool is_store_failing_ = false;
};

}  // namespace ferry::pipeline
