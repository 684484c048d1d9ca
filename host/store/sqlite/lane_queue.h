#pragma once
// The waiting deliveries of one callback, by lane, as far as they are kept in memory: when each
// lane is due, and what is leased of it. Pure of I/O.

#include "base/clock.h"
#include "model/ids.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ferry::store::sqlite {

/// Of the deliveries without a lane any number may be leased, of those of a lane one at a time.
/// Memory: an entry for each lane that has something waiting or leased. Threads: one at a time.
class LaneQueue {
  public:
    struct Place {
        TimePoint at;
        LaneId lane;  ///< none: the deliveries without one
    };

    /// What can be leased first, and when; nullopt if nothing waits but what is leased or stands
    /// behind it.
    std::optional<Place> first() const;
    /// The same of what stands in a lane.
    std::optional<Place> firstOrdered() const;
    /// Those whose place is not later than `now`, at most `limit`, in order.
    std::vector<Place> until(TimePoint now, std::size_t limit) const;
    /// Lanes with nothing leased that are due, or held until, later than `now`, at most `limit`.
    std::vector<LaneId> later(TimePoint now, std::size_t limit) const;
    /// Those that have something waiting or leased, without the deliveries that have no lane.
    std::vector<LaneId> ordered() const;

    /// Not later than the earliest delivery of the lane that waits and is not leased; nullopt if
    /// there is none.
    std::optional<TimePoint> dueOf(LaneId lane) const;
    void setDue(LaneId lane, std::optional<TimePoint> due_at);
    /// As setDue, if it is earlier.
    void noteDue(LaneId lane, TimePoint due_at);
    /// Nothing is leased of the lane before: its first delivery waits for its next attempt. In the
    /// past: it is not held. Deliveries without a lane are never held.
    void hold(LaneId lane, TimePoint until);
    TimePoint heldUntil(LaneId lane) const;

    void lease(LaneId lane, DeliveryId delivery);
    /// It stays leased, and counts no more. Of one that stands in a lane nothing changes.
    void attempted(LaneId lane, DeliveryId delivery);
    /// Also of one that was not leased: then nothing happens.
    void end(LaneId lane, DeliveryId delivery);
    bool isLeased(DeliveryId delivery) const { return leased_.contains(delivery); }
    /// Without those that were attempted.
    std::size_t leasedCount() const { return leased_.size() - attempted_count_; }

    bool isEmpty() const { return !unordered_due_at_ && leased_.empty() && !ordered_; }

  private:
    struct Lane {
        std::optional<TimePoint> due_at;
        TimePoint held_until{};
        DeliveryId leased;
        std::optional<TimePoint> place_at;  ///< where it stands in by_place; nullopt: it does not
    };
    struct Ordered {
        std::map<LaneId, Lane> lanes;
        std::set<std::pair<TimePoint, LaneId>> by_place;
    };

    Lane& laneOf(LaneId lane);
    void settle(LaneId lane);

    std::optional<TimePoint> unordered_due_at_;
    std::unordered_map<DeliveryId, bool> leased_;  ///< and whether it was attempted
    std::size_t attempted_count_ = 0;
    std::unique_ptr<Ordered> ordered_;  // most callbacks keep no order
};

}  // namespace ferry::store::sqlite
