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
        "SELECT callback_id, next_attempt_at FROM delivery "
        "WHERE state = 0 AND callback_id > ? ORDER BY callback_id, next_attempt_at, id LIMIT 1"
    );
    // One probe per callback, however long its queue is.
    for (CallbackId last;;) {
        FERRY_TRY_ASSIGN(const bool has_row, head.bind(last).step());
        if (!has_row) return {};
        last = CallbackId(head.integer(0));
        setDue(last, queues_[last], head.time(1));
    }
}

Result<std::vector<Delivery>> DeliverySchedule::lease(
    Connection& reader, const DeliveryLeaseRequest& request
) {
    // Held from before the snapshot is taken until the leases are noted, as in NoticeQueue.
    const std::lock_guard lock(mutex_);
    useLimit(request.per_callback_limit);
    std::vector<CallbackId> due;
    std::vector<std::size_t> limits;
    for (const auto& [place_at, callback] : by_due_time_) {
        if (place_at > request.now || due.size() == request.limit) break;
        due.push_back(callback);
        limits.push_back(limitOf(callback));
    }

    std::vector<std::vector<Delivery>> heads;
    for (std::size_t i = 0; i < due.size(); ++i) {
        const CallbackId callback = due[i];
        const Queue& queue = queues_[callback];
        const std::size_t free = limits[i] - queue.leased.size();
        // One more than can be taken, to know when the queue is due afterwards.
        FERRY_TRY_ASSIGN(
            auto head, readHead(reader, callback, queue, std::min(free, request.limit) + 1)
        );
        heads.push_back(std::move(head));
    }

    // Round by round, so that a full queue doesn't use up the limit before others have had a turn.
    std::vector<Delivery> leased;
    std::vector<std::size_t> taken(due.size(), 0);
    for (bool took_any = true; took_any && leased.size() < request.limit;) {
        took_any = false;
        for (std::size_t i = 0; i < due.size() && leased.size() < request.limit; ++i) {
            Queue& queue = queues_[due[i]];
            if (taken[i] == heads[i].size() || heads[i][taken[i]].next_attempt_at > request.now ||
                queue.leased.size() == limits[i]) {
                continue;
            }
            queue.leased.insert(heads[i][taken[i]].id);
            leased.push_back(heads[i][taken[i]++]);
            took_any = true;
        }
    }
    for (std::size_t i = 0; i < due.size(); ++i) {
        const bool has_more = taken[i] < heads[i].size();
        setDue(
            due[i],
            queues_[due[i]],
            has_more ? std::optional(heads[i][taken[i]].next_attempt_at) : std::nullopt
        );
        dropIfEmpty(due[i]);
    }
    return leased;
}

Result<std::vector<Delivery>> DeliverySchedule::readHead(
    Connection& reader, CallbackId callback, const Queue& queue, std::size_t limit
) {
    std::vector<Delivery> head;
    auto rows = reader.query("SELECT " FERRY_DELIVERY_COLUMNS
                             " FROM delivery WHERE state = 0 AND callback_id = ? "
                             "ORDER BY next_attempt_at, id");
    rows.bind(callback);
    while (head.size() < limit) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) break;
        if (queue.leased.contains(DeliveryId(rows.integer(0)))) continue;
        head.push_back(readDelivery(rows));
    }
    return head;
}

Result<std::optional<TimePoint>> DeliverySchedule::nextDue(
    Connection& reader, std::size_t per_callback_limit
) {
    const std::lock_guard lock(mutex_);
    useLimit(per_callback_limit);
    for (auto place = by_due_time_.begin(); place != by_due_time_.end();) {
        const auto [place_at, callback] = *place;
        if (place_at == TimePoint::max()) break;
        Queue& queue = queues_[callback];
        // What was noted may be too early: deliveries are removed with their instance.
        FERRY_TRY_ASSIGN(const auto head, readHead(reader, callback, queue, 1));
        if (!head.empty() && head.front().next_attempt_at == queue.due_at) return place_at;
        ++place;
        setDue(
            callback,
            queue,
            head.empty() ? std::nullopt : std::optional(head.front().next_attempt_at)
        );
        // The new place is later than the old one, but may lie before where the walk is now.
        if (!head.empty())
            place = by_due_time_.begin();
        else
            dropIfEmpty(callback);
    }
    return std::optional<TimePoint>();
}

void DeliverySchedule::noteDue(CallbackId callback, TimePoint due_at) {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[callback];
    if (!queue.due_at || due_at < *queue.due_at) setDue(callback, queue, due_at);
}

bool DeliverySchedule::isLeased(CallbackId callback, DeliveryId delivery) const {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(callback);
    return found != queues_.end() && found->second.leased.contains(delivery);
}

void DeliverySchedule::end(
    DeliveryId delivery, CallbackId callback, std::optional<TimePoint> due_at
) {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[callback];
    queue.leased.erase(delivery);
    const bool is_earlier = due_at && (!queue.due_at || *due_at < *queue.due_at);
    setDue(callback, queue, is_earlier ? due_at : queue.due_at);
    dropIfEmpty(callback);
}

void DeliverySchedule::pace(CallbackId callback, const CallbackPace& pace) {
    const std::lock_guard lock(mutex_);
    if (pace.held_until == TimePoint() && pace.limit == 0) {
        paces_.erase(callback);
    } else {
        paces_[callback] = pace;
    }
    const auto found = queues_.find(callback);
    if (found != queues_.end()) setDue(callback, found->second, found->second.due_at);
}

void DeliverySchedule::setOff(CallbackId callback, bool is_off) {
    const std::lock_guard lock(mutex_);
    if (is_off) {
        off_.insert(callback);
    } else {
        off_.erase(callback);
    }
    const auto found = queues_.find(callback);
    if (found != queues_.end()) setDue(callback, found->second, found->second.due_at);
}

void DeliverySchedule::useLimit(std::size_t per_callback_limit) {
    if (per_callback_limit == usual_limit_) return;
    usual_limit_ = per_callback_limit;
    for (auto& [callback, queue] : queues_)
        setDue(callback, queue, queue.due_at);
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

void DeliverySchedule::setDue(CallbackId callback, Queue& queue, std::optional<TimePoint> due_at) {
    if (queue.due_at) by_due_time_.erase({queue.place_at, callback});
    queue.due_at = due_at;
    if (!due_at) return;
    const bool is_full = queue.leased.size() >= limitOf(callback);
    queue.place_at = is_full ? TimePoint::max() : std::max(*due_at, heldUntil(callback));
    by_due_time_.insert({queue.place_at, callback});
}

void DeliverySchedule::dropIfEmpty(CallbackId callback) {
    const auto found = queues_.find(callback);
    if (found == queues_.end()) return;
    if (!found->second.due_at && found->second.leased.empty()) queues_.erase(found);
}

}  // namespace ferry::store::sqlite
