#include "pipeline/callback_holds.h"

#include "base/duration_text.h"
#include "base/time_text.h"
#include "pipeline/callback_permissions.h"
#include "pipeline/operator_message.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::pipeline {
namespace {

constexpr Milliseconds kMinute{60'000};

CallbackHold failingHold() {
    return {HoldKind::Failing, "waits for an attempt that its callback takes"};
}

}  // namespace

std::string_view holdAdvice(HoldKind kind) noexcept {
    switch (kind) {
        case HoldKind::SwitchedOff:
            return conditionAdvice(ConditionKind::CallbackSwitchedOff);
        case HoldKind::NoPermission:
            return conditionAdvice(ConditionKind::CallbackUnpermitted);
        case HoldKind::Failing:
            return conditionAdvice(ConditionKind::CallbackFailing);
        case HoldKind::InstanceOff:
            return "PUT /instances/{id}/enabled, with its event notifications on";
        case HoldKind::None:
        case HoldKind::RetryAfter:
        case HoldKind::Rate:
            return {};
    }
    return {};
}

std::string CallbackHolds::reasonOf(CallbackId callback) {
    auto hold = of(callback);
    return hold ? std::move(hold->reason) : hold.error().message;
}

Result<CallbackHold> CallbackHolds::of(CallbackId callback) {
    FERRY_TRY(load());
    const auto known = holds_.find(callback);
    if (known != holds_.end()) return known->second;
    FERRY_TRY_ASSIGN(CallbackHold hold, limitsOf(callback));
    if (hold.kind == HoldKind::None) {
        FERRY_TRY_ASSIGN(const bool is_behind, store_.deliveries().isBehind(callback, now_));
        if (is_behind) hold = failingHold();
    }
    return holds_.emplace(callback, std::move(hold)).first->second;
}

Status CallbackHolds::load() {
    if (is_loaded_) return {};
    FERRY_TRY_ASSIGN(const auto off, store_.deliveries().switchedOff());
    for (const store::CallbackSwitchedOff& callback : off) {
        holds_.emplace(
            callback.callback,
            CallbackHold{
                HoldKind::SwitchedOff,
                "waits: its callback is switched off since " + formatRfc3339(callback.since)}
        );
    }
    FERRY_TRY_ASSIGN(const auto unpermitted, waitingPermissions(store_.meta()));
    for (const WaitingPermission& callback : unpermitted) {
        holds_.emplace(
            callback.callback,
            CallbackHold{
                HoldKind::NoPermission,
                "waits for its receiver's permission since " + formatRfc3339(callback.since)}
        );
    }
    FERRY_TRY_ASSIGN(const auto failing, store_.deliveries().dueLater(now_));
    for (const CallbackId callback : failing) {
        FERRY_TRY_ASSIGN(CallbackHold hold, limitsOf(callback));
        if (hold.kind == HoldKind::None) hold = failingHold();
        holds_.emplace(callback, std::move(hold));
    }
    is_loaded_ = true;
    return {};
}

Result<CallbackHold> CallbackHolds::limitsOf(CallbackId callback) const {
    FERRY_TRY_ASSIGN(const store::SharedLimits limits, store_.deliveries().limits(callback));
    if (limits.held_until > now_) {
        return CallbackHold{
            HoldKind::RetryAfter,
            fmt::format(
                "waits: its receiver asked for nothing before {} (Retry-After)",
                formatRfc3339(limits.held_until)
            )};
    }
    if (limits.rate_full_at <= now_) return CallbackHold{};
    FERRY_TRY_ASSIGN(const auto allowed, allowedRate(store_.meta(), callback));
    const bool is_receivers = allowed && (!limits.rate || *allowed * limits.rate->period.count() <
                                                              limits.rate->count * kMinute.count());
    if (is_receivers) {
        return CallbackHold{
            HoldKind::Rate,
            fmt::format(
                "waits for its turn: its receiver allows {} in 1m (WebHook-Allowed-Rate)", *allowed
            )};
    }
    if (!limits.rate) return CallbackHold{};
    return CallbackHold{
        HoldKind::Rate,
        fmt::format(
            "waits for its turn: its callback gets {} in {} at most "
            "(event.notification.rate.limit)",
            limits.rate->count,
            durationText(limits.rate->period)
        )};
}

}  // namespace ferry::pipeline
