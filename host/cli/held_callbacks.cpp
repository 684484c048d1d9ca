#include "cli/held_callbacks.h"

#include "base/duration_text.h"
#include "base/time_text.h"
#include "pipeline/callback_permissions.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::cli {

std::string HeldCallbacks::reasonOf(CallbackId callback) {
    if (const Status status = load(); !status) return status.error().message;
    const auto known = reasons_.find(callback);
    if (known != reasons_.end()) return known->second;
    auto reason = limitReasonOf(callback);
    if (!reason) return reason.error().message;
    return reasons_.emplace(callback, std::move(*reason)).first->second;
}

Status HeldCallbacks::load() {
    if (std::exchange(is_loaded_, true)) return {};
    FERRY_TRY_ASSIGN(const auto off, store_.deliveries().switchedOff());
    for (const store::CallbackSwitchedOff& callback : off) {
        reasons_.emplace(
            callback.callback,
            "waits: its callback is switched off since " + formatRfc3339(callback.since)
        );
    }
    FERRY_TRY_ASSIGN(const auto unpermitted, pipeline::waitingPermissions(store_.meta()));
    for (const pipeline::WaitingPermission& callback : unpermitted) {
        reasons_.emplace(
            callback.callback,
            "waits for its receiver's permission since " + formatRfc3339(callback.since)
        );
    }
    FERRY_TRY_ASSIGN(const auto failing, store_.deliveries().dueLater(now_));
    for (const CallbackId callback : failing) {
        FERRY_TRY_ASSIGN(std::string reason, limitReasonOf(callback));
        if (reason.empty()) reason = "waits for an attempt that its callback takes";
        reasons_.emplace(callback, std::move(reason));
    }
    return {};
}

Result<std::string> HeldCallbacks::limitReasonOf(CallbackId callback) const {
    FERRY_TRY_ASSIGN(const store::SharedLimits limits, store_.deliveries().limits(callback));
    if (limits.held_until > now_) {
        return fmt::format(
            "waits: its receiver asked for nothing before {} (Retry-After)",
            formatRfc3339(limits.held_until)
        );
    }
    if (!limits.rate || limits.rate_full_at <= now_) return std::string();
    return fmt::format(
        "waits for its turn: its callback gets {} in {} at most (event.notification.rate.limit)",
        limits.rate->count,
        durationText(limits.rate->period)
    );
}

}  // namespace ferry::cli
