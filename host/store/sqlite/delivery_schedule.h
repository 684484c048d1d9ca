#pragma once
// When each callback's queue is due, and which deliveries are leased: in memory, one entry per
// callback that has something waiting, and one per lane of it. The table is asked only for the
// heads of due queues, so a long queue costs no more than a short one.

#include "store/delivery_store.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/lane_queue.h"

#include <mutex>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace ferry::store::sqlite {

/// Threads: any.
class DeliverySchedule {
  public:
    /// Learns from the table which callbacks have waiting deliveries. Call once, before the others.
    Status load(Connection& connection);

    /// Holds each lane whose first delivery was tried before, until its next attempt as planned. A
    /// look at one delivery for each lane.
    Status loadHolds(Connection& connection, TimePoint now);

    Result<std::vector<Delivery>> lease(Connection& reader, const DeliveryLeaseRequest& request);
    Result<std::optional<TimePoint>> nextDue(Connection& reader, std::size_t per_callback_limit);

    /// A commit made a delivery of the callback due at `due_at`.
    void noteDue(CallbackId callback, LaneId lane, TimePoint due_at);

    /// As DeliveryStore::pace.
    void pace(CallbackId callback, const CallbackPace& pace);
    void setOff(CallbackId callback, bool is_off);
    /// What held the whole callback does no more; its limit stays.
    void endCallbackHold(CallbackId callback);

    bool isLeased(CallbackId callback, DeliveryId delivery) const;

    /// The place of the first lane of the callback; nullopt if nothing waits in one.
    std::optional<TimePoint> firstLane(CallbackId callback) const;

    /// Lanes of the callback that wait, at most `limit`: held ones, and those that are due later
    /// than `now`.
    std::vector<LaneId> lanesLater(CallbackId callback, TimePoint now, std::size_t limit) const;
    /// Callbacks of which a lane is held until after `now`.
    std::vector<CallbackId> held(TimePoint now) const;
    /// The lane is held no more; gives whether it was, at `now`.
    bool endHold(CallbackId callback, LaneId lane, TimePoint now);

    /// See DeliveryStore::attempted.
    void attempted(DeliveryId delivery, CallbackId callback, LaneId lane);

    /// A lease ended; the delivery waits until `due_at`, or (nullopt) waits no more. One that was
    /// not leased is taken note of all the same. Its lane is held until `held_until`.
    void end(
        DeliveryId delivery,
        CallbackId callback,
        LaneId lane,
        std::optional<TimePoint> due_at,
        TimePoint held_until = {}
    );

  private:
    struct Queue {
        LaneQueue lanes;
        /// Where it stands: at its first lane's place, or later while the callback is held; nullopt
        /// while nothing of it can be leased, so that nobody walks over it.
        std::optional<TimePoint> place_at;
    };
    using Place = std::pair<TimePoint, CallbackId>;
    struct Turn;

    std::size_t limitOf(CallbackId callback) const;
    TimePoint heldUntil(CallbackId callback) const;
    void settle(CallbackId callback);
    Result<std::vector<Delivery>> readHead(
        Connection& reader, CallbackId callback, LaneId lane, const Queue& queue, std::size_t limit
    );
    std::vector<Turn> turnsOf(const DeliveryLeaseRequest& request);
    Status leaseInTurn(
        Connection& reader,
        const DeliveryLeaseRequest& request,
        std::vector<Turn>& turns,
        std::vector<Delivery>& leased
    );
    Result<std::optional<Delivery>> takeNext(
        Connection& reader, const DeliveryLeaseRequest& request, Turn& turn
    );
    void closeLane(Turn& turn);

    void useLimit(std::size_t per_callback_limit);

    mutable std::mutex mutex_;
    std::size_t usual_limit_ = 1;  // of the last request
    std::unordered_map<CallbackId, Queue> queues_;
    std::set<Place> by_place_;
    std::unordered_map<CallbackId, CallbackPace> paces_;  // of those that are not as usual
    std::unordered_set<CallbackId> off_;
};

}  // namespace ferry::store::sqlite
