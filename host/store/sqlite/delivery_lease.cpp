// Of DeliverySchedule how due deliveries are leased: one callback after another, and of each
// callback one lane after another.

#include "store/sqlite/delivery_schedule.h"

#include <algorithm>

namespace ferry::store::sqlite {

/// A callback that has its turn in each round, until nothing more of it can be leased.
struct DeliverySchedule::Turn {
    CallbackId callback;
    std::size_t limit = 0;                ///< of its leases
    std::vector<LaneQueue::Place> lanes;  ///< due ones, in order
    std::size_t next_lane = 0;            ///< in lanes: the first that was not looked at
    std::optional<LaneId> lane;           ///< whose head is read
    std::vector<Delivery> head;
    std::size_t taken = 0;  ///< of head
};

Result<std::vector<Delivery>> DeliverySchedule::lease(
    Connection& reader, const DeliveryLeaseRequest& request
) {
    // Held from before the snapshot is taken until the leases are noted, as in NoticeQueue.
    const std::lock_guard lock(mutex_);
    useLimit(request.per_callback_limit);
    std::vector<Turn> turns = turnsOf(request);
    std::vector<Delivery> leased;
    const Status status = leaseInTurn(reader, request, turns, leased);
    for (Turn& turn : turns)
        closeLane(turn);
    if (!status) {
        for (const Delivery& delivery : leased) {
            LaneQueue& lanes = queues_[delivery.callback].lanes;
            lanes.noteDue(delivery.lane, delivery.next_attempt_at);
            lanes.end(delivery.lane, delivery.id);
        }
    }
    for (const Turn& turn : turns)
        settle(turn.callback);
    FERRY_TRY(status);
    return leased;
}

std::vector<DeliverySchedule::Turn> DeliverySchedule::turnsOf(const DeliveryLeaseRequest& request) {
    std::vector<Turn> turns;
    for (const auto& [place_at, callback] : by_place_) {
        if (place_at > request.now || turns.size() == request.limit) break;
        Turn& turn = turns.emplace_back();
        turn.callback = callback;
        turn.limit = limitOf(callback);
        const LaneQueue& lanes = queues_[callback].lanes;
        turn.lanes =
            lanes.until(request.now, std::min(turn.limit - lanes.leasedCount(), request.limit));
    }
    return turns;
}

/// Round by round, so that a full queue doesn't use up the limit before others have had a turn.
Status DeliverySchedule::leaseInTurn(
    Connection& reader,
    const DeliveryLeaseRequest& request,
    std::vector<Turn>& turns,
    std::vector<Delivery>& leased
) {
    for (bool took_any = true; took_any;) {
        took_any = false;
        for (Turn& turn : turns) {
            if (leased.size() == request.limit) return {};
            FERRY_TRY_ASSIGN(auto delivery, takeNext(reader, request, turn));
            if (!delivery) continue;
            leased.push_back(std::move(*delivery));
            took_any = true;
        }
    }
    return {};
}

Result<std::optional<Delivery>> DeliverySchedule::takeNext(
    Connection& reader, const DeliveryLeaseRequest& request, Turn& turn
) {
    Queue& queue = queues_[turn.callback];
    const std::size_t free = turn.limit - queue.lanes.leasedCount();
    if (free == 0) return std::optional<Delivery>();
    for (;;) {
        const bool is_one_taken = turn.lane && *turn.lane && turn.taken == 1;
        if (turn.taken < turn.head.size() && !is_one_taken &&
            turn.head[turn.taken].next_attempt_at <= request.now) {
            const Delivery& delivery = turn.head[turn.taken++];
            queue.lanes.lease(delivery.lane, delivery.id);
            return std::optional(delivery);
        }
        closeLane(turn);
        if (turn.next_lane == turn.lanes.size()) return std::optional<Delivery>();
        const LaneId lane = turn.lanes[turn.next_lane++].lane;
        // One more than can be taken, to know when the lane is due afterwards.
        const std::size_t limit = lane ? 1 : std::min(free, request.limit);
        FERRY_TRY_ASSIGN(turn.head, readHead(reader, turn.callback, lane, queue, limit + 1));
        turn.lane = lane;
    }
}

/// Notes when the lane is due by what was left of its head.
void DeliverySchedule::closeLane(Turn& turn) {
    if (!turn.lane) return;
    const bool has_more = turn.taken < turn.head.size();
    queues_[turn.callback].lanes.setDue(
        *turn.lane, has_more ? std::optional(turn.head[turn.taken].next_attempt_at) : std::nullopt
    );
    turn.lane.reset();
    turn.head.clear();
    turn.taken = 0;
}

}  // namespace ferry::store::sqlite
