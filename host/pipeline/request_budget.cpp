#include "pipeline/request_budget.h"

#include <algorithm>

namespace ferry::pipeline {

TimePoint RequestBudget::reserve(const std::string& app, const RequestRate& rate, TimePoint now) {
    if (rate.requests == 0) return now;
    const unsigned burst = std::max(1U, rate.requests / 10);
    const unsigned spread = std::max(1U, rate.requests - burst);
    const auto interval = std::chrono::duration_cast<TimePoint::duration>(rate.period) / spread;
    TimePoint& full_at = next_[app];
    full_at = std::max(full_at, now);
    TimePoint turn = std::max(now, full_at - interval * (burst - 1));
    full_at += interval;
    const auto paused = paused_.find(app);
    if (paused == paused_.end()) return turn;
    if (paused->second <= now) {
        paused_.erase(paused);
        return turn;
    }
    // What waits for the end of the pause goes one after another as well.
    turn = std::max(turn, paused->second);
    full_at = std::max(full_at, turn + interval);
    return turn;
}

void RequestBudget::pause(const std::string& app, TimePoint until) {
    TimePoint& paused = paused_[app];
    paused = std::max(paused, until);
}

TimePoint RequestBudget::taken(InstanceId instance, TimePoint none) {
    const auto found = kept_.find(instance);
    if (found == kept_.end()) return none;
    const TimePoint at = found->second;
    kept_.erase(found);
    return at;
}

}  // namespace ferry::pipeline
