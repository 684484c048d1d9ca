#include "pipeline/callback_health.h"

#include <algorithm>

namespace ferry::pipeline {

bool CallbackHealth::noteFailure(CallbackId callback, TimePoint now, std::string_view error) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = failing_.try_emplace(callback, Failure{now, {}});
    entry->second.error = error;
    return is_new;
}

std::optional<TimePoint> CallbackHealth::noteSuccess(CallbackId callback) {
    const std::lock_guard lock(mutex_);
    const auto found = failing_.find(callback);
    if (found == failing_.end()) return std::nullopt;
    const TimePoint since = found->second.since;
    failing_.erase(found);
    return since;
}

void CallbackHealth::restore(const FailingCallback& failing) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] =
        failing_.try_emplace(failing.callback, Failure{failing.since, failing.error});
    if (!is_new) entry->second.since = std::min(entry->second.since, failing.since);
}

std::vector<FailingCallback> CallbackHealth::failingSince(TimePoint before) const {
    std::vector<FailingCallback> failing;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [callback, failure] : failing_) {
            if (failure.since <= before)
                failing.push_back({callback, failure.since, failure.error});
        }
    }
    std::sort(failing.begin(), failing.end(), [](const auto& a, const auto& b) {
        return a.callback < b.callback;
    });
    return failing;
}

}  // namespace ferry::pipeline
