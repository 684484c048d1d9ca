#include "pipeline/callback_recovery.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {
constexpr double kNoSpread = 1;  // of exponentialBackoff: the whole wait
}  // namespace

bool CallbackRecovery::isOutage(const Failing& failing, TimePoint now) {
    return failing.failures >= kOutageFailures || now - failing.since >= kOutageTime;
}

void CallbackRecovery::noteFailure(CallbackId callback, TimePoint now) {
    const auto [found, is_new] = failing_.try_emplace(callback, Failing{0, now});
    ++found->second.failures;
    // It is away again: what was not brought forward yet waits for the next time.
    if (isOutage(found->second, now) && resume_at_.count(callback) != 0) {
        found->second.failures = std::max(found->second.failures, kOutageFailures);
        setResume(callback, std::nullopt);
    }
}

void CallbackRecovery::noteBehind(CallbackId callback, TimePoint now) {
    failing_[callback] = Failing{kOutageFailures, now};
}

void CallbackRecovery::noteSuccess(CallbackId callback, TimePoint now) {
    const auto found = failing_.find(callback);
    if (found == failing_.end()) return;
    const bool was_outage = isOutage(found->second, now);
    failing_.erase(found);
    if (!was_outage || resume_at_.count(callback) != 0) return;
    Recovered& recovered = recovered_[callback];
    if (now - recovered.again_at >= kForgetTime) recovered = {};
    const TimePoint at = std::max(now, recovered.again_at);
    ++recovered.times;
    const unsigned two_doublings_each = 2 * recovered.times - 1;
    recovered.again_at = at + exponentialBackoff(kAgain, two_doublings_each, kNoSpread);
    setResume(callback, at);
}

std::optional<CallbackId> CallbackRecovery::next(TimePoint now) const {
    if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
    return by_time_.begin()->second;
}

void CallbackRecovery::brought(CallbackId callback, bool has_more, TimePoint now) {
    setResume(callback, has_more ? std::optional(now + kPortionPause) : std::nullopt);
}

TimePoint CallbackRecovery::nextAt() const {
    return by_time_.empty() ? TimePoint::max() : by_time_.begin()->first;
}

void CallbackRecovery::setResume(CallbackId callback, std::optional<TimePoint> at) {
    if (const auto found = resume_at_.find(callback); found != resume_at_.end()) {
        by_time_.erase({found->second, callback});
        resume_at_.erase(found);
    }
    if (!at) return;
    resume_at_[callback] = *at;
    by_time_.insert({*at, callback});
}

}  // namespace ferry::pipeline
