#pragma once
// What deliveries need of a store, in memory, with a switch to make it fail. For tests that look at
// what a worker does with a failing store; the drivers are tested in tests/contract.

#include "store/delivery_store.h"
#include "store/event_log.h"
#include "store/instance_store.h"

#include <algorithm>
#include <map>
#include <set>

namespace ferry::test {

inline tl::unexpected<Error> storeIsDown() {
    return fail(ErrorCode::Unavailable, "disk full");
}

/// Threads: one.
class MemoryDeliveryStore final : public store::DeliveryStore {
  public:
    bool is_down = false;
    std::size_t lease_calls = 0;
    std::size_t record_calls = 0;
    std::vector<AttemptOutcome> recorded;  ///< all of them, in order

    void add(const Delivery& delivery) { rows_[delivery.id] = delivery; }
    const Delivery& row(DeliveryId id) const { return rows_.at(id); }
    std::size_t leasedCount() const { return leased_.size(); }
    /// As if the process had ended: its leases are free.
    void endAllLeases() { leased_.clear(); }

    Result<std::vector<Delivery>> lease(const store::DeliveryLeaseRequest& request) override {
        ++lease_calls;
        if (is_down) return storeIsDown();
        std::vector<Delivery> out;
        for (const Delivery* row : waiting()) {
            if (out.size() == request.limit) break;
            if (dueOf(*row) > request.now) continue;
            if (leasedOf(row->callback) >= limitOf(row->callback, request.per_callback_limit)) {
                continue;
            }
            leased_.insert(row->id);
            out.push_back(*row);
        }
        return out;
    }

    Result<std::optional<TimePoint>> nextDue(std::size_t per_callback_limit) override {
        if (is_down) return storeIsDown();
        std::optional<TimePoint> next;
        for (const Delivery* row : waiting()) {
            const bool is_free =
                leasedOf(row->callback) < limitOf(row->callback, per_callback_limit) &&
                off_.count(row->callback) == 0;
            if (is_free && (!next || dueOf(*row) < *next)) next = dueOf(*row);
        }
        return next;
    }

    void pace(CallbackId callback, const store::CallbackPace& pace) override {
        paces_[callback] = pace;
    }
    const store::CallbackPace& paceOf(CallbackId callback) { return paces_[callback]; }
    Status switchOff(CallbackId callback, TimePoint, std::string_view) override {
        if (is_down) return storeIsDown();
        off_.insert(callback);
        return {};
    }
    Result<std::size_t> bringInstanceForward(
        CallbackId callback, InstanceId instance, TimePoint now
    ) override {
        if (is_down) return storeIsDown();
        std::size_t count = 0;
        for (const Delivery* waits : waiting()) {
            Delivery& row = rows_.at(waits->id);
            if (row.callback != callback || row.instance != instance) continue;
            if (row.next_attempt_at > now) ++count;
            row.next_attempt_at = std::min(row.next_attempt_at, now);
        }
        return count;
    }
    Result<std::size_t> bringForward(CallbackId callback, TimePoint now, std::size_t limit)
        override {
        if (is_down) return storeIsDown();
        std::size_t count = 0;
        for (const Delivery* waits : waiting()) {
            Delivery& row = rows_.at(waits->id);
            const bool is_meant = row.callback == callback && row.attempt_count > 0;
            if (!is_meant || row.next_attempt_at <= now || count == limit) continue;
            row.next_attempt_at = now;
            ++count;
        }
        return count;
    }
    Result<std::vector<CallbackId>> dueLater(TimePoint now) override {
        if (is_down) return storeIsDown();
        std::set<CallbackId> callbacks;
        for (const Delivery* row : waiting()) {
            if (row->next_attempt_at > now) callbacks.insert(row->callback);
        }
        return std::vector<CallbackId>(callbacks.begin(), callbacks.end());
    }
    Result<std::vector<store::DeliveryAttempt>> attempts(
        InstanceId, DeliveryId id, std::size_t limit
    ) override {
        if (is_down) return storeIsDown();
        std::vector<store::DeliveryAttempt> found;
        for (auto each = recorded.rbegin(); each != recorded.rend(); ++each) {
            if (each->delivery != id || !each->was_sent || found.size() == limit) continue;
            store::DeliveryAttempt& attempt = found.emplace_back();
            attempt.finished_at = each->finished_at;
            attempt.status = each->status;
            if (each->planned_at != TimePoint()) attempt.next_attempt_at = each->planned_at;
        }
        return found;
    }
    bool isOff(CallbackId callback) const { return off_.count(callback) != 0; }

    Status planAgain(TimePoint) override { return {}; }

    Status record(std::span<const AttemptOutcome> outcomes) override {
        ++record_calls;
        if (is_down) return storeIsDown();
        for (const AttemptOutcome& outcome : outcomes) {
            leased_.erase(outcome.delivery);
            attempted_.erase(outcome.delivery);
            recorded.push_back(outcome);
            const auto found = rows_.find(outcome.delivery);
            if (found == rows_.end()) continue;
            Delivery& row = found->second;
            row.state = outcome.state;
            row.attempt_count = outcome.attempt_count;
            if (outcome.state == DeliveryState::Waiting) {
                row.next_attempt_at = outcome.next_attempt_at;
            }
            row.last_status = outcome.status;
            row.last_error = outcome.error;
        }
        return {};
    }

    void attempted(const Delivery& delivery) override {
        if (!delivery.lane) attempted_.insert(delivery.id);
    }
    void release(std::span<const Delivery> deliveries) override {
        for (const Delivery& delivery : deliveries)
            leased_.erase(delivery.id);
    }

    Result<std::optional<Delivery>> find(InstanceId, DeliveryId id) override {
        const auto found = rows_.find(id);
        if (found == rows_.end()) return std::optional<Delivery>();
        return std::optional<Delivery>(found->second);
    }
    Result<std::vector<Delivery>> page(InstanceId, DeliveryId, std::size_t) override {
        return fail(ErrorCode::Unsupported, "not in the memory store");
    }
    Result<std::map<DeliveryState, std::int64_t>> countByState() override {
        std::map<DeliveryState, std::int64_t> counts;
        for (const auto& [id, row] : rows_)
            ++counts[row.state];
        return counts;
    }
    Result<std::size_t> prune(TimePoint, std::size_t) override { return std::size_t{0}; }

  private:
    /// Not leased, by due time, then by id.
    std::vector<const Delivery*> waiting() const {
        std::vector<const Delivery*> out;
        for (const auto& [id, row] : rows_) {
            if (row.state == DeliveryState::Waiting && leased_.count(id) == 0) out.push_back(&row);
        }
        std::stable_sort(out.begin(), out.end(), [](const Delivery* a, const Delivery* b) {
            return a->next_attempt_at < b->next_attempt_at;
        });
        return out;
    }
    std::size_t leasedOf(CallbackId callback) const {
        return static_cast<std::size_t>(std::count_if(
            leased_.begin(),
            leased_.end(),
            [&](DeliveryId id) {
                return rows_.at(id).callback == callback && !attempted_.contains(id);
            }
        ));
    }

    TimePoint dueOf(const Delivery& row) const {
        if (off_.count(row.callback) != 0) return TimePoint::max();
        const auto pace = paces_.find(row.callback);
        if (pace == paces_.end()) return row.next_attempt_at;
        return std::max(row.next_attempt_at, pace->second.held_until);
    }
    std::size_t limitOf(CallbackId callback, std::size_t usual) const {
        const auto pace = paces_.find(callback);
        return pace == paces_.end() || pace->second.limit == 0 ? usual : pace->second.limit;
    }

    std::map<DeliveryId, Delivery> rows_;
    std::set<DeliveryId> leased_;
    std::set<DeliveryId> attempted_;
    std::map<CallbackId, store::CallbackPace> paces_;
    std::set<CallbackId> off_;
};

/// Threads: one.
class MemoryEventLog final : public store::EventLog {
  public:
    std::optional<Error> failure;  ///< what reads give instead
    EventNumber failure_of = {};   ///< of ranges with this event alone; none: of all

    void add(RecordedEvent event) { events_.push_back(std::move(event)); }
    void clear() { events_.clear(); }

    Result<std::vector<RecordedEvent>> range(
        InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
    ) override {
        const bool is_hit = !failure_of || (first <= failure_of && failure_of <= last);
        if (failure && is_hit) return fail(*failure);
        std::vector<RecordedEvent> out;
        for (const RecordedEvent& event : events_) {
            const bool is_inside = event.number >= first && event.number <= last;
            if (event.instance == instance && is_inside && out.size() < limit) out.push_back(event);
        }
        return out;
    }
    Result<std::vector<RecordedEvent>> after(EventNumber, InstanceId, std::size_t) override {
        return fail(ErrorCode::Unsupported, "not in the memory store");
    }
    Result<EventNumber> newest() override {
        return events_.empty() ? EventNumber() : events_.back().number;
    }
    Result<EventNumber> beforeNewest(InstanceId, std::size_t) override {
        return fail(ErrorCode::Unsupported, "not in the memory store");
    }
    Result<std::int64_t> count(InstanceId) override {
        return static_cast<std::int64_t>(events_.size());
    }
    Result<std::size_t> prune(TimePoint, std::size_t) override { return std::size_t{0}; }

  private:
    std::vector<RecordedEvent> events_;
};

/// Threads: one.
class MemoryInstanceStore final : public store::InstanceStore {
  public:
    bool is_down = false;

    void set(const Instance& instance) { rows_[instance.id] = instance; }
    void erase(InstanceId id) { rows_.erase(id); }

    Result<std::optional<Instance>> find(InstanceId id) override {
        if (is_down) return storeIsDown();
        const auto found = rows_.find(id);
        if (found == rows_.end()) return std::optional<Instance>();
        return std::optional<Instance>(found->second);
    }

    Result<std::vector<InstanceId>> put(std::span<const Instance>, TimePoint) override {
        return unsupported();
    }
    Status reconfigure(std::span<const Instance>) override { return unsupported(); }
    Status remove(std::span<const InstanceId>) override { return unsupported(); }
    Result<std::optional<Instance>> findByName(std::string_view) override { return unsupported(); }
    Result<std::vector<Instance>> page(InstanceId, std::size_t) override { return unsupported(); }
    Result<std::vector<Instance>> search(const store::InstanceSearch&) override {
        return unsupported();
    }
    Result<std::vector<store::FileInstance>> fileInstances() override { return unsupported(); }
    Status setReason(InstanceId, std::string_view) override { return {}; }
    Status setState(InstanceId, InstanceState, std::string_view, TimePoint) override {
        return unsupported();
    }
    Result<std::vector<store::AccountMatch>> findByAccount(std::string_view, std::string_view)
        override {
        return unsupported();
    }
    Result<std::map<InstanceState, std::int64_t>> countByState() override { return unsupported(); }
    Result<WebhookSecretId> internWebhookSecret(const Digest256&, std::string_view) override {
        return unsupported();
    }
    Result<std::string> sealedWebhookSecret(WebhookSecretId) override { return unsupported(); }
    Result<CallbackId> internCallback(const Digest256&) override { return unsupported(); }

  private:
    static tl::unexpected<Error> unsupported() {
        return fail(ErrorCode::Unsupported, "not in the memory store");
    }
    std::map<InstanceId, Instance> rows_;
};

}  // namespace ferry::test
