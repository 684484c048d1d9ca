#pragma once
// When each callback's queue is due, and which deliveries are leased: in memory, one entry per
// callback that has something waiting. The table is asked only for the heads of due queues, so a
// long queue costs no more than a short one.

#include "store/delivery_store.h"
#include "store/sqlite/connection.h"

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

    Result<std::vector<Delivery>> lease(Connection& reader, const DeliveryLeaseRequest& request);
    Result<std::optional<TimePoint>> nextDue(Connection& reader, std::size_t per_callback_limit);

    /// A commit made a delivery of the callback due at `due_at`.
    void noteDue(CallbackId callback, TimePoint due_at);

    /// As DeliveryStore::pace.
    void pace(CallbackId callback, const CallbackPace& pace);
    void setOff(CallbackId callback, bool is_off);

    bool isLeased(CallbackId callback, DeliveryId delivery) const;

    /// A lease ended; the delivery waits until `due_at`, or (nullopt) waits no more. One that was
    /// not leased is taken note of all the same.
    void end(DeliveryId delivery, CallbackId callback, std::optional<TimePoint> due_at);

  private:
    struct Queue {
        /// Not later than the earliest waiting delivery that is not leased; nullopt: all are.
        std::optional<TimePoint> due_at;
        /// Where it stands: due_at, or later while the callback is held; at the end while all of
        /// its leases are out, so that nobody walks over queues of which nothing can be leased.
        TimePoint place_at{};
        std::unordered_set<DeliveryId> leased;
    };
    using Place = std::pair<TimePoint, CallbackId>;

    std::size_t limitOf(CallbackId callback) const;
    TimePoint heldUntil(CallbackId callback) const;
    void setDue(CallbackId callback, Queue& queue, std::optional<TimePoint> due_at);
    void dropIfEmpty(CallbackId callback);
    Result<std::vector<Delivery>> readHead(
        Connection& reader, CallbackId callback, const Queue& queue, std::size_t limit
    );

    void useLimit(std::size_t per_callback_limit);

    mutable std::mutex mutex_;
    std::size_t usual_limit_ = 1;  // of the last request
    std::unordered_map<CallbackId, Queue> queues_;
    std::set<Place> by_due_time_;                         // of the queues that have a due time
    std::unordered_map<CallbackId, CallbackPace> paces_;  // of those that are not as usual
    std::unordered_set<CallbackId> off_;
};

}  // namespace ferry::store::sqlite
