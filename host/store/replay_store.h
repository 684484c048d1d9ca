#pragma once
// Deliveries that are made again: on request, and by replays.

#include "base/clock.h"
#include "base/result.h"
#include "model/delivery.h"
#include "model/ids.h"
#include "model/replay.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ferry::store {

/// A delivery by its full key.
struct DeliveryKey {
    InstanceId instance;
    DeliveryId id;
};

/// Events of one instance for one callback: those with a number in [first, last].
struct ReplayedPage {
    InstanceId instance;
    CallbackId callback;
    EventNumber first_event;
    EventNumber last_event;  ///< less than first_event + kDeliverySpanMax
};

/// How far a replay is with one of its instances.
struct ReplayPart {
    InstanceId instance;
    EventNumber next_event;  ///< nothing below it is left to do
};

/// Progress of a replay: all of it becomes durable together or not at all.
struct ReplayProgress {
    ReplayId replay;
    InstanceId opened_until;             ///< replaces the stored one
    std::vector<ReplayPart> parts;       ///< begun or moved on
    std::vector<InstanceId> parts_done;  ///< nothing is left to do
    std::vector<ReplayedPage> pages;     ///< deliveries to make, due at `now`
    ReplayCounts added;                  ///< adds to the counts
    bool is_done = false;
    TimePoint now;
};

/// Deliveries that a replay made, by what became of them.
struct ReplayOutcomes {
    std::int64_t untried = 0;  ///< wait for their first attempt, or are on it
    std::int64_t failing = 0;  ///< wait for another one
    std::int64_t delivered = 0;
    std::int64_t dead = 0;
};

/// How many deliveries of a job may be made due now.
struct RedeliveryLimits {
    /// What the hub sends to a callback at a time: SharedLimits::replayShare of it may wait, those
    /// that wait already included.
    std::size_t per_callback = 0;
    std::int64_t untried_max = 0;  ///< on their first attempt or before it, of all jobs
    std::int64_t deliveries = 0;
    CallbackId after{};  ///< callbacks up to this one had their turn
};

struct RedeliveryStep {
    std::size_t made = 0;
    bool is_done = false;  ///< nothing is left, and the job has ended
    CallbackId looked_at;  ///< the next `after`; none: begin anew
};

class ReplayStore {
  public:
    virtual ~ReplayStore() = default;

    /// Finished deliveries wait again, waiting ones wait no longer: due at once, with all attempts
    /// before them, and first of all that waits for their callback but for others that were asked
    /// for so. In a lane they take their old place instead, and are due if they are its first.
    /// The log of attempts goes on. What was never sent is not told as sent again
    /// (DeliveryOrigin::Again). One transaction; gives how many there were: unknown ones are
    /// skipped. One that is being attempted just now is left to that attempt.
    virtual Result<std::size_t> redeliver(std::span<const DeliveryKey> keys, TimePoint now) = 0;

    /// A job that does the same a few at a time, as `redeliverSome` is called. Callbacks that were
    /// switched off are on at once. Durable when it returns; `counts.matched` is how many there
    /// were. A delivery is in one job at a time: one that waits in another is left there.
    /// Not pure, so that doubles stay small.
    virtual Result<ReplayId> createRedelivery(const Replay&, std::span<const DeliveryKey>) {
        return fail(ErrorCode::Unsupported, "this store has no redelivery jobs");
    }

    /// Makes some of the job's deliveries due at `now`, behind what waits, else as `redeliver`
    /// does, within the limits, and counts them in `counts.deliveries`; ends the job when none is
    /// left. One transaction, or none if there is nothing to do. Errors: Conflict if the job does
    /// not run (any more).
    virtual Result<RedeliveryStep> redeliverSome(ReplayId, const RedeliveryLimits&, TimePoint) {
        return fail(ErrorCode::Unsupported, "this store has no redelivery jobs");
    }

    /// Makes a delivery of one event, due at once and first as with `redeliver`. Gives its id;
    /// nullopt if there is no such event of the instance.
    virtual Result<std::optional<DeliveryId>> redeliverEvent(
        InstanceId instance, EventNumber event, CallbackId callback, TimePoint now
    ) = 0;

    /// Stores a replay that begins; `id`, `opened_until` and `counts` are set by the store.
    virtual Result<ReplayId> create(const Replay& replay) = 0;

    virtual Result<std::optional<Replay>> find(ReplayId id) = 0;

    /// Replays, newest first, before `before` (none = from the newest).
    virtual Result<std::vector<Replay>> page(ReplayId before, std::size_t limit) = 0;

    /// Replays that run, oldest first.
    virtual Result<std::vector<Replay>> running(std::size_t limit) = 0;

    /// Parts that are under way, by instance after `after`.
    virtual Result<std::vector<ReplayPart>> parts(
        ReplayId id, InstanceId after, std::size_t limit
    ) = 0;

    /// How many more deliveries of replays may wait for the callback (SharedLimits::replayShare of
    /// `per_callback`); less than none if more do. Costs nothing per other delivery.
    virtual Result<std::int64_t> room(CallbackId callback, std::size_t per_callback) = 0;

    /// Deliveries of replays that wait and have had no attempt, those whose first is under way
    /// included. Costs nothing per other delivery.
    virtual Result<std::int64_t> untried() = 0;

    /// What has become of the deliveries that the replay made, as far as they are there: cancelled
    /// and pruned ones are not. Reads an entry of an index for each. Not pure, so that doubles stay
    /// small.
    virtual Result<ReplayOutcomes> outcomes(ReplayId) {
        return fail(ErrorCode::Unsupported, "this store does not count deliveries of replays");
    }

    /// Callbacks that something is left of the replay for, by id, at most `limit`: its deliveries
    /// that wait, and what it has not made yet. Reads waiting deliveries of replays, an entry of an
    /// index for each. Not pure, as `outcomes`.
    virtual Result<std::vector<CallbackId>> callbacksLeft(ReplayId, std::size_t) {
        return std::vector<CallbackId>();
    }

    /// Errors: Conflict if the replay does not run (any more); nothing is written then. Instances
    /// that are gone get no deliveries.
    virtual Status advance(const ReplayProgress& progress) = 0;

    /// Ends a replay that runs, and removes its deliveries that wait. An attempt under way is not
    /// called back. False: it did not run. Several short transactions.
    virtual Result<bool> cancel(ReplayId id, TimePoint now) = 0;

    /// Forgets replays that ended before `before`, at most `limit`; gives how many.
    virtual Result<std::size_t> prune(TimePoint before, std::size_t limit) = 0;
};

}  // namespace ferry::store
