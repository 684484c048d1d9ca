#pragma once
// Deliveries wait in one queue per callback, so that a callback that is behind costs the others
// nothing. SyncStore::commit makes them.

#include "base/clock.h"
#include "base/result.h"
#include "model/callback_limits.h"
#include "model/delivery.h"
#include "model/ids.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ferry::store {

struct DeliveryLeaseRequest {
    TimePoint now;
    std::size_t limit = 0;               ///< new leases at most
    std::size_t per_callback_limit = 1;  ///< leases of one callback at most, those out included
};

/// How a callback's queue is leased, until told otherwise or the process ends.
struct CallbackPace {
    TimePoint held_until{};  ///< nothing is leased before
    std::size_t limit = 0;   ///< leases at most; 0: DeliveryLeaseRequest::per_callback_limit
};

/// What the instances that share a callback ask for together.
struct SharedLimits {
    std::size_t concurrency = 0;      ///< the fewest that one of them names; 0: none names any
    bool leaves_concurrency = false;  ///< one of them names none, and means the hub's number
    std::optional<RateLimit> rate;    ///< the slowest
    TimePoint rate_full_at;           ///< AttemptOutcome::rate_full_at, as last recorded
    /// AttemptOutcome::callback_held_until, the latest; 1970 again once somebody has asked for a
    /// delivery all the same.
    TimePoint held_until;

    /// Callbacks at a time where one of them asks for `own`, and the hub's number is `usual`.
    std::size_t concurrencyFor(std::size_t own, std::size_t usual) const noexcept {
        if (concurrency > 0) own = std::min(own, concurrency);
        return leaves_concurrency ? std::min(own, usual) : own;
    }
    /// Deliveries that were asked for again and may wait for it at a time: half of these, so that a
    /// live one finds the others free; at least one.
    std::int64_t replayShare(std::size_t usual) const noexcept {
        const std::size_t all = concurrencyFor(concurrency > 0 ? concurrency : usual, usual);
        return std::max<std::int64_t>(static_cast<std::int64_t>(all) / 2, 1);
    }
};

/// A callback that is switched off: its deliveries wait, and no attempt is made.
struct CallbackSwitchedOff {
    CallbackId callback;
    TimePoint since;
    std::string reason;  ///< for people
};

/// Attempt errors are cut to this many bytes: callbacks may answer anything.
inline constexpr std::size_t kAttemptErrorBytesMax = 500;
/// The same of the answer's body.
inline constexpr std::size_t kAttemptAnswerBytesMax = 1'024;

/// One attempt, as the store keeps it.
struct DeliveryAttempt {
    unsigned number = 0;  ///< from 1, over redeliveries too
    TimePoint finished_at;
    int status = 0;  ///< HTTP status; 0: no answer came
    Milliseconds latency{0};
    std::string error;        ///< for people; at most kAttemptErrorBytesMax bytes
    std::string error_class;  ///< AttemptOutcome::error_class
    std::string answer;       ///< AttemptOutcome::answer; at most kAttemptAnswerBytesMax bytes
    std::optional<TimePoint> next_attempt_at;  ///< as planned then; nullopt: it was the last one
};

/// What an instance's callback has not taken.
struct FailingDeliveries {
    InstanceId instance;
    std::int64_t waiting = 0;  ///< deliveries, also those that were never tried
    TimePoint since;           ///< end of the first attempt that was in vain, of those that wait
    TimePoint last_attempt_at;
    int last_status = 0;     ///< HTTP status of the last attempt; 0: none came
    std::string last_error;  ///< for people
};

/// A delivery that is dead, as those who watch for them see it.
struct DeadDelivery {
    DeliveryId id;
    InstanceId instance;
    TimePoint finished_at;
    std::string error;  ///< of the last attempt
};

class DeliveryStore {
  public:
    virtual ~DeliveryStore() = default;

    /// Due deliveries that are not leased, spread over callbacks in the order in which they became
    /// due, and in order of due time within a callback. Of a lane (Delivery::lane) one at a time:
    /// the one that was due first, and nothing while it is leased or the lane is held
    /// (AttemptOutcome::lane_held_until). A lease ends with `record`, `release`, or
    /// when the process that holds it is gone. Costs nothing per waiting delivery.
    virtual Result<std::vector<Delivery>> lease(const DeliveryLeaseRequest& request) = 0;

    /// Earliest due time of a waiting delivery whose callback has a free lease; nullopt if none.
    virtual Result<std::optional<TimePoint>> nextDue(std::size_t per_callback_limit) = 0;

    /// Records attempts (only those that were sent get a row in the log) and ends their leases, in
    /// one transaction. Deliveries that are gone are skipped. One that is recorded as Waiting
    /// queues again, a dead one too (a redelivery), for the callback that its instance has by now.
    /// After an error the leases stay: record again, or release.
    virtual Status record(std::span<const AttemptOutcome> outcomes) = 0;

    /// Its attempt is over, and the outcome is recorded later, with others: it stays leased, but
    /// does not count against the limit of its callback any more. Of a delivery in a lane nothing
    /// changes: the next one waits for the record. A store may do nothing at all.
    virtual void attempted(const Delivery&) {}

    /// Ends leases without an attempt (shutting down).
    virtual void release(std::span<const Delivery> deliveries) = 0;

    /// Makes of a leased delivery one for each of `events`, its own in order, which go on waiting
    /// in its place: the first keeps its number and its attempts. Ends the lease. Nothing changes
    /// if the delivery is gone.
    virtual Status split(const Delivery&, std::span<const EventNumber>) {
        return fail(ErrorCode::Unsupported, "this store splits no deliveries");
    }

    /// From now on the callback's queue is leased at this pace.
    virtual void pace(CallbackId callback, const CallbackPace& pace) = 0;

    /// Instances that are disabled count as well. Costs nothing per instance.
    virtual Result<SharedLimits> limits(CallbackId) { return SharedLimits(); }

    /// Leases nothing of the callback any more, also after a restart. Deliveries stay as they are.
    virtual Status switchOff(CallbackId, TimePoint, std::string_view) {
        return fail(ErrorCode::Unsupported, "this store switches no callback off");
    }
    /// The other way; does nothing if it is on. Deliveries that were tried before are due at `now`:
    /// in as many transactions as they need, each short.
    virtual Status switchOn(CallbackId, TimePoint) {
        return fail(ErrorCode::Unsupported, "this store switches no callback off");
    }
    /// In order of time.
    virtual Result<std::vector<CallbackSwitchedOff>> switchedOff() {
        return std::vector<CallbackSwitchedOff>();
    }

    /// Waiting deliveries of the callback that were tried, and are due later than `now`, become due
    /// at `now`: those that come first anyhow, at most `limit`. Gives how many; their attempts
    /// count on. Lanes that are held are so no longer, and count as one each. Not pure, as
    /// `attempts`.
    virtual Result<std::size_t> bringForward(CallbackId, TimePoint, std::size_t) {
        return fail(ErrorCode::Unsupported, "this store brings no delivery forward");
    }
    /// All that waits of the instance, at its callback, is due at `now`, and its lanes are held no
    /// more: it takes callbacks again. In as many transactions as that needs, each short. Gives how
    /// many deliveries and lanes.
    virtual Result<std::size_t> bringInstanceForward(CallbackId, InstanceId, TimePoint) {
        return fail(ErrorCode::Unsupported, "this store brings no delivery forward");
    }
    /// Callbacks with a waiting delivery that is due later than `now`, or a lane that is held until
    /// then. A look at one delivery for each lane, and for each callback that has others.
    virtual Result<std::vector<CallbackId>> dueLater(TimePoint) {
        return std::vector<CallbackId>();
    }

    /// True if one of the first waiting deliveries of the callback was tried, and is due: the
    /// callback is held, or was just tried. A look at a hundred of them.
    virtual Result<bool> isBehind(CallbackId, TimePoint) { return false; }

    /// Called once, before leases: waiting ones follow their instance's callback, and those made or
    /// tried at a time to come (the clock was set back) wait from `now` for as long as was planned.
    /// Lanes whose first delivery was tried before are held until its next attempt as planned.
    virtual Status planAgain(TimePoint now) = 0;

    virtual Result<std::optional<Delivery>> find(InstanceId instance, DeliveryId id) = 0;

    /// Marks the delivery as seen; false if there is none. Not pure, as `attempts`.
    virtual Result<bool> acknowledge(InstanceId, DeliveryId) {
        return fail(ErrorCode::Unsupported, "this store marks no deliveries");
    }

    /// Deliveries of an instance, newest first, before `before` (none = from the newest).
    virtual Result<std::vector<Delivery>> page(
        InstanceId instance, DeliveryId before, std::size_t limit
    ) = 0;

    /// Attempts of a delivery, newest first, at most `limit`; none if there is no such delivery.
    /// Not pure, so that doubles without an attempt log stay small: Unsupported there.
    virtual Result<std::vector<DeliveryAttempt>> attempts(InstanceId, DeliveryId, std::size_t) {
        return fail(ErrorCode::Unsupported, "this store keeps no attempts");
    }

    /// Instances with a waiting delivery that was tried in vain, by id. Reads each waiting
    /// delivery: for people who ask, not for the flow. Not pure, as `attempts`.
    virtual Result<std::vector<FailingDeliveries>> failing() {
        return fail(ErrorCode::Unsupported, "this store keeps no attempts");
    }

    /// Number of deliveries per state; states that none has may be missing. Costs nothing per
    /// delivery, but of a store that is only read.
    virtual Result<std::map<DeliveryState, std::int64_t>> countByState() = 0;

    /// Since when the oldest delivery of each state is there: when it was made, or when it ended.
    /// Of the waiting ones those that somebody asked for again do not count. Missing are states
    /// that none has, or where too much would have to be looked at: it costs nothing per delivery.
    virtual Result<std::map<DeliveryState, TimePoint>> oldestByState() {
        return std::map<DeliveryState, TimePoint>();
    }

    /// Dead deliveries that ended after `after`, or at the same time with a larger id than `id`, in
    /// the order in which they ended, at most `limit`. Costs nothing per other delivery. Not pure,
    /// as `attempts`.
    virtual Result<std::vector<DeadDelivery>> dead(TimePoint, DeliveryId, std::size_t) {
        return fail(ErrorCode::Unsupported, "this store finds no dead deliveries");
    }

    /// Makes waiting ones that were made before `before` dead at `now`, but for those that are
    /// leased, at most `limit`; gives how many. What a callback never takes must not be kept for
    /// ever. Looks at a bounded number of deliveries and goes on there the next time. Threads: as
    /// `prune`. Not pure, as `attempts`.
    virtual Result<std::size_t> expire(TimePoint, TimePoint, std::size_t) {
        return fail(ErrorCode::Unsupported, "this store lets no delivery expire");
    }

    /// Drops delivered and dead ones finished before `before`, at most `limit`; gives how many.
    /// Until then the event log keeps the events of dead ones (EventLog::prune).
    /// Threads: one at a time.
    virtual Result<std::size_t> prune(TimePoint before, std::size_t limit) = 0;

    /// Delivered and dead ones finished before `before`: what `prune` would drop at most. Reads an
    /// entry of an index for each: for people who ask. Not pure, as `attempts`.
    virtual Result<std::int64_t> countFinished(TimePoint) {
        return fail(ErrorCode::Unsupported, "this store counts no deliveries");
    }
};

}  // namespace ferry::store
