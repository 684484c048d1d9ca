#include "pipeline/condition_watch.h"

#include "base/json_writer.h"
#include "pipeline/callback_permissions.h"
#include "pipeline/instance_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::pipeline {
namespace {

/// Instances that a message names at most: many may share a callback.
constexpr std::size_t kInstancesMax = 20;
/// Dead deliveries that one look takes at most; the next one goes on.
constexpr std::size_t kDeadPerLook = 5'000;

Condition conditionOf(
    ConditionKind kind, std::int64_t subject, TimePoint since, std::string reason
) {
    Condition condition;
    condition.kind = kind;
    condition.subject = subject;
    condition.since = since;
    condition.reason = std::move(reason);
    return condition;
}

bool isOfCallback(ConditionKind kind) {
    return kind == ConditionKind::CallbackSwitchedOff || kind == ConditionKind::CallbackFailing ||
           kind == ConditionKind::CallbackUnpermitted;
}

}  // namespace

ConditionWatch::ConditionWatch(
    store::Store& store, std::shared_ptr<CallbackHealth> health, ConditionWatchOptions options
)
    : store_(store), health_(std::move(health)), options_(std::move(options)) {}

void ConditionWatch::restore(const std::vector<Condition>& conditions, TimePoint now) {
    dead_until_ = {now - options_.dead_window, DeliveryId()};
    for (const Condition& condition : conditions) {
        if (condition.kind != ConditionKind::CallbackFailing || !condition.isOpen()) continue;
        health_->restore({CallbackId(condition.subject), condition.since, condition.reason});
    }
}

Result<std::vector<Condition>> ConditionWatch::look(TimePoint now) {
    std::vector<Condition> found;
    FERRY_TRY(lookAtInstances(found));
    FERRY_TRY(lookAtCallbacks(now, found));
    FERRY_TRY(lookAtDead(now, found));
    std::sort(found.begin(), found.end(), [](const Condition& a, const Condition& b) {
        return std::pair(a.kind, a.subject) < std::pair(b.kind, b.subject);
    });
    return found;
}

/// Their reasons are read when they are told of.
Status ConditionWatch::lookAtInstances(std::vector<Condition>& found) {
    FERRY_TRY_ASSIGN(
        const auto ids, store_.instances().inState(InstanceState::NeedsReauthorization)
    );
    for (const InstanceId id : ids)
        found.push_back(conditionOf(ConditionKind::NeedsReauthorization, id.value, {}, {}));
    return {};
}

Status ConditionWatch::lookAtCallbacks(TimePoint now, std::vector<Condition>& found) {
    FERRY_TRY_ASSIGN(const auto switched_off, store_.deliveries().switchedOff());
    std::vector<Condition> callbacks;
    for (FailingCallback& one : health_->failingSince(now - options_.failing_after)) {
        callbacks.push_back(conditionOf(
            ConditionKind::CallbackFailing, one.callback.value, one.since, std::move(one.error)
        ));
    }
    FERRY_TRY(lookAtPermissions(now, callbacks));
    // One that is switched off is told of as that.
    std::erase_if(callbacks, [&](const Condition& one) {
        return std::any_of(
            switched_off.begin(),
            switched_off.end(),
            [&](const store::CallbackSwitchedOff& off) { return off.callback.value == one.subject; }
        );
    });
    for (const store::CallbackSwitchedOff& off : switched_off) {
        callbacks.push_back(conditionOf(
            ConditionKind::CallbackSwitchedOff, off.callback.value, off.since, off.reason
        ));
    }
    // Nobody misses anything at a callback that nothing is meant for any more.
    for (Condition& condition : callbacks) {
        FERRY_TRY_ASSIGN(const auto instances, concerned(condition));
        if (std::any_of(instances.begin(), instances.end(), takesCallbacks)) {
            found.push_back(std::move(condition));
        } else if (instances.empty()) {
            health_->forget(CallbackId(condition.subject));
        }
    }
    return {};
}

Status ConditionWatch::lookAtPermissions(TimePoint now, std::vector<Condition>& callbacks) {
    FERRY_TRY_ASSIGN(auto waiting, waitingPermissions(store_.meta()));
    for (WaitingPermission& one : waiting) {
        if (one.since > now - options_.failing_after) continue;
        callbacks.push_back(conditionOf(
            ConditionKind::CallbackUnpermitted, one.callback.value, one.since, std::move(one.reason)
        ));
    }
    return {};
}

Status ConditionWatch::countNewDead() {
    FERRY_TRY_ASSIGN(
        const auto dead,
        store_.deliveries().dead(dead_until_.first, dead_until_.second, kDeadPerLook)
    );
    for (const store::DeadDelivery& one : dead) {
        dead_until_ = {one.finished_at, one.id};
        const auto entry =
            dead_.try_emplace(one.instance, DeadOnes{one.finished_at, {}, 0, {}}).first;
        entry->second.add(one);
    }
    const auto added = static_cast<std::int64_t>(dead.size());
    if (dead.size() == kDeadPerLook) {
        if (dead_total_) *dead_total_ += added;
        return {};
    }
    FERRY_TRY_ASSIGN(auto counts, store_.deliveries().countByState());
    const std::int64_t total = counts[DeliveryState::Dead];
    // One that dies between the two questions hides one that left until the next look, which counts
    // it as new once more.
    const bool has_fewer = dead_total_ && total < *dead_total_ + added;
    dead_total_ = total;
    if (!has_fewer || dead_.empty() || recount_) return {};
    TimePoint first = dead_until_.first;
    for (const auto& [id, ones] : dead_)
        first = std::min(first, ones.since);
    recount_ = Recount{dead_until_, {first - Milliseconds(1), DeliveryId()}, {}};
    return {};
}

/// Counts those that are dead still; what it counts takes effect at its end.
Status ConditionWatch::recountDead() {
    DeadPlace& until = recount_->until;
    FERRY_TRY_ASSIGN(
        const auto dead, store_.deliveries().dead(until.first, until.second, kDeadPerLook)
    );
    for (const store::DeadDelivery& one : dead) {
        until = {one.finished_at, one.id};
        const auto known = dead_.find(one.instance);
        const bool is_old = known == dead_.end() ? until <= recount_->begun_at
                                                 : one.finished_at < known->second.since;
        if (is_old) continue;  // of a condition that is over
        const TimePoint since = known == dead_.end() ? one.finished_at : known->second.since;
        recount_->found.try_emplace(
                           one.instance, DeadOnes{since, {}, 0, {}}
        ).first->second.add(one);
    }
    if (dead.size() == kDeadPerLook) return {};
    dead_ = std::move(recount_->found);
    dead_until_ = std::max(dead_until_, until);
    recount_.reset();
    return {};
}

Status ConditionWatch::lookAtDead(TimePoint now, std::vector<Condition>& found) {
    FERRY_TRY(countNewDead());
    if (recount_) FERRY_TRY(recountDead());
    std::erase_if(dead_, [&](const auto& entry) {
        return entry.second.last_at + options_.dead_window <= now;
    });
    for (const auto& [id, ones] : dead_) {
        found.push_back(conditionOf(
            ConditionKind::DeliveriesDead,
            id.value,
            ones.since,
            fmt::format(
                "{} dead, the last one with: {}",
                ones.count == 1 ? "1 delivery is" : fmt::format("{} deliveries are", ones.count),
                ones.error
            )
        ));
        found.back().count = ones.count;
    }
    return {};
}

Result<std::vector<Instance>> ConditionWatch::concerned(const Condition& condition) {
    if (isOfCallback(condition.kind)) {
        return store_.instances().ofCallback(CallbackId(condition.subject), kInstancesMax);
    }
    FERRY_TRY_ASSIGN(auto instance, store_.instances().find(InstanceId(condition.subject)));
    std::vector<Instance> instances;
    if (instance) instances.push_back(std::move(*instance));
    return instances;
}

Status ConditionWatch::describe(Condition& condition) {
    FERRY_TRY_ASSIGN(const auto instances, concerned(condition));
    JsonWriter json;
    json.beginArray();
    for (const Instance& instance : instances) {
        json.beginObject().field("id", instance.id.value).field("name", instance.name);
        json.key("tags").beginArray();
        for (const std::string& tag : instance.tags)
            json.string(tag);
        json.endArray();
        if (condition.kind == ConditionKind::NeedsReauthorization && options_.authorize_url) {
            const std::string url = options_.authorize_url(instance);
            if (!url.empty()) json.field("authorizationUrl", url);
        }
        json.endObject();
    }
    json.endArray();
    condition.instances = json.take();
    if (condition.kind == ConditionKind::NeedsReauthorization && !instances.empty()) {
        condition.since = instances.front().updated_at;
        condition.reason = instances.front().state_reason;
    }
    return {};
}

}  // namespace ferry::pipeline
