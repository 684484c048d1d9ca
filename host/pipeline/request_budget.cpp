#include "pipeline/request_budget.h"

#include <algorithm>

namespace ferry::pipeline {

TimePoint RequestBudget::reserve(const std::string& app, const RequestRate& rate, TimePoint now) {
    if (rate.requests == 0) return now;
    // At most `burst` at once and `spread - 1` more in any period.
    const unsigned burst = std::max(1U, rate.requests / 10);
    const unsigned spread = rate.requests - burst + 1;
    // Rounded up.
    const FineTime::duration interval(
        (FineTime::duration(rate.period).count() + spread - 1) / spread
    );
    FineTime& full_at = full_at_[app];
    full_at = std::max(full_at, FineTime(now));
    TimePoint turn =
        std::max(now, std::chrono::ceil<TimePoint::duration>(full_at - interval * (burst - 1)));
    full_at += interval;
    const auto paused = paused_.find(app);
    if (paused == paused_.end()) return turn;
    if (paused->second <= now) {
        paused_.erase(paused);
        return turn;
    }
    // What waits for the end of the pause goes one after another as well.
    turn = std::max(turn, paused->second);
    full_at = std::max(full_at, FineTime(turn) + interval);
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
