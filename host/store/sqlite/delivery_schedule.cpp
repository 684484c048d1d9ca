#include "store/sqlite/delivery_schedule.h"

#include "store/sqlite/delivery_rows.h"

#include <algorithm>

namespace ferry::store::sqlite {

Status DeliverySchedule::load(Connection& connection) {
    const std::lock_guard lock(mutex_);
    auto off = connection.query("SELECT id FROM callback WHERE off_at <> 0");
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, off.step());
        if (!has_row) break;
        off_.insert(CallbackId(off.integer(0)));
    }
    auto head = connection.query(
        "SELECT callback_id, lane, next_attempt_at FROM delivery INDEXED BY delivery_waiting "
        "WHERE state = 0 AND (callback_id, lane) > (?, ?) "
        "ORDER BY callback_id, lane, next_attempt_at, id LIMIT 1"
    );
    // One probe per lane, however long it is.
    CallbackId callback;
    for (LaneId lane;;) {
        FERRY_TRY_ASSIGN(const bool has_row, head.bind(callback, lane).step());
        if (!has_row) return {};
        callback = CallbackId(head.integer(0));
        lane = LaneId(head.integer(1));
        queues_[callback].lanes.setDue(lane, head.time(2));
        settle(callback);
    }
}

Status DeliverySchedule::loadHolds(Connection& connection, TimePoint now) {
    const std::lock_guard lock(mutex_);
    auto last = connection.query(
        "SELECT finished_at, next_attempt_at FROM attempt WHERE delivery_id = ? "
        "ORDER BY n DESC LIMIT 1"
    );
    std::vector<CallbackId> callbacks;
    for (const auto& [callback, queue] : queues_)
        callbacks.push_back(callback);
    for (const CallbackId callback : callbacks) {
        Queue& queue = queues_[callback];
        for (const LaneId lane : queue.lanes.ordered()) {
            FERRY_TRY_ASSIGN(const auto head, readHead(connection, callback, lane, queue, 1));
            if (head.empty() || head.front().attempt_count == 0) continue;
            FERRY_TRY_ASSIGN(const bool has_row, last.bind(head.front().id).step());
            if (!has_row) continue;
            const TimePoint finished_at = last.time(0);
            // From now on if the clock was set back, as DeliveryStore::planAgain has it.
            const auto wait = last.time(1) - finished_at;
            queue.lanes.hold(lane, std::min(finished_at, now) + wait);
        }
        settle(callback);
    }
    return {};
}

Result<std::vector<Delivery>> DeliverySchedule::readHead(
    Connection& reader, CallbackId callback, LaneId lane, const Queue& queue, std::size_t limit
) {
    std::vector<Delivery> head;
    auto rows = reader.query("SELECT " FERRY_DELIVERY_COLUMNS
                             " FROM delivery WHERE state = 0 AND callback_id = ? AND lane = ? "
                             "ORDER BY next_attempt_at, id");
    rows.bind(callback, lane);
    while (head.size() < limit) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) break;
        if (queue.lanes.isLeased(DeliveryId(rows.integer(0)))) continue;
        head.push_back(readDelivery(rows));
    }
    return head;
}

Result<std::optional<TimePoint>> DeliverySchedule::nextDue(
    Connection& reader, std::size_t per_callback_limit
) {
    const std::lock_guard lock(mutex_);
    useLimit(per_callback_limit);
    while (!by_place_.empty()) {
        const auto [place_at, callback] = *by_place_.begin();
        if (place_at == TimePoint::max()) break;
        Queue& queue = queues_[callback];
        const LaneId lane = queue.lanes.first()->lane;
        // What was noted may be too early: deliveries are removed with their instance.
        FERRY_TRY_ASSIGN(const auto head, readHead(reader, callback, lane, queue, 1));
        const auto due_at =
            head.empty() ? std::nullopt : std::optional(head.front().next_attempt_at);
        if (due_at && due_at == queue.lanes.dueOf(lane)) return place_at;
        queue.lanes.setDue(lane, due_at);
        settle(callback);
    }
    return std::optional<TimePoint>();
}

void DeliverySchedule::noteDue(CallbackId callback, LaneId lane, TimePoint due_at) {
    const std::lock_guard lock(mutex_);
    queues_[callback].lanes.noteDue(lane, due_at);
    settle(callback);
}

bool DeliverySchedule::isLeased(CallbackId callback, DeliveryId delivery) const {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(callback);
    return found != queues_.end() && found->second.lanes.isLeased(delivery);
}

std::optional<TimePoint> DeliverySchedule::firstLane(CallbackId callback) const {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(callback);
    if (found == queues_.end()) return std::nullopt;
    const auto first = found->second.lanes.firstOrdered();
    return first ? std::optional(first->at) : std::nullopt;
}

std::vector<LaneId> DeliverySchedule::lanesLater(
    CallbackId callback, TimePoint now, std::size_t limit
) const {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(callback);
    return found == queues_.end() ? std::vector<LaneId>() : found->second.lanes.later(now, limit);
}

std::vector<CallbackId> DeliverySchedule::held(TimePoint now) const {
    const std::lock_guard lock(mutex_);
    std::vector<CallbackId> callbacks;
    for (const auto& [callback, queue] : queues_) {
        if (!queue.lanes.later(now, 1).empty()) callbacks.push_back(callback);
    }
    return callbacks;
}

bool DeliverySchedule::endHold(CallbackId callback, LaneId lane, TimePoint now) {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(callback);
    if (found == queues_.end() || found->second.lanes.heldUntil(lane) <= now) return false;
    found->second.lanes.hold(lane, TimePoint());
    settle(callback);
    return true;
}

void DeliverySchedule::attempted(DeliveryId delivery, CallbackId callback, LaneId lane) {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(callback);
    if (found == queues_.end()) return;
    found->second.lanes.attempted(lane, delivery);
    settle(callback);
}

void DeliverySchedule::end(
    DeliveryId delivery,
    CallbackId callback,
    LaneId lane,
    std::optional<TimePoint> due_at,
    TimePoint held_until
) {
    const std::lock_guard lock(mutex_);
    LaneQueue& lanes = queues_[callback].lanes;
    if (due_at) lanes.noteDue(lane, *due_at);
    lanes.end(lane, delivery);
    if (due_at) lanes.hold(lane, held_until);
    settle(callback);
}

void DeliverySchedule::pace(CallbackId callback, const CallbackPace& pace) {
    const std::lock_guard lock(mutex_);
    if (pace.held_until == TimePoint() && pace.limit == 0) {
        paces_.erase(callback);
    } else {
        paces_[callback] = pace;
    }
    settle(callback);
}

void DeliverySchedule::endCallbackHold(CallbackId callback) {
    const std::lock_guard lock(mutex_);
    const auto found = paces_.find(callback);
    if (found == paces_.end()) return;
    found->second.held_until = TimePoint();
    if (found->second.limit == 0) paces_.erase(found);
    settle(callback);
}

void DeliverySchedule::setOff(CallbackId callback, bool is_off) {
    const std::lock_guard lock(mutex_);
    if (is_off) {
        off_.insert(callback);
    } else {
        off_.erase(callback);
    }
    settle(callback);
}

void DeliverySchedule::useLimit(std::size_t per_callback_limit) {
    if (per_callback_limit == usual_limit_) return;
    usual_limit_ = per_callback_limit;
    std::vector<CallbackId> callbacks;
    for (const auto& [callback, queue] : queues_)
        callbacks.push_back(callback);
    for (const CallbackId callback : callbacks)
        settle(callback);
}

std::size_t DeliverySchedule::limitOf(CallbackId callback) const {
    const auto found = paces_.find(callback);
    return found == paces_.end() || found->second.limit == 0 ? usual_limit_ : found->second.limit;
}

TimePoint DeliverySchedule::heldUntil(CallbackId callback) const {
    if (off_.contains(callback)) return TimePoint::max();
    const auto found = paces_.find(callback);
    return found == paces_.end() ? TimePoint() : found->second.held_until;
}

/// Puts the callback's queue where it belongs, and forgets it if there is nothing in it.
void DeliverySchedule::settle(CallbackId callback) {
    const auto found = queues_.find(callback);
    if (found == queues_.end()) return;
    Queue& queue = found->second;
    if (queue.place_at) by_place_.erase({*queue.place_at, callback});
    queue.place_at.reset();
    const auto first = queue.lanes.first();
    if (first && queue.lanes.leasedCount() < limitOf(callback)) {
        queue.place_at = std::max(first->at, heldUntil(callback));
        by_place_.insert({*queue.place_at, callback});
    }
    if (queue.lanes.isEmpty()) queues_.erase(found);
}

}  // namespace ferry::store::sqlite
