#include "pipeline/callback_pacer.h"

#include "pipeline/delivery_policy.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

const std::optional<RateLimit>& slower(
    const std::optional<RateLimit>& one, const std::optional<RateLimit>& other
) {
    return isAtLeastAsSlow(one, other) ? one : other;
}

}  // namespace

CallbackPacer::CallbackPacer(const BreakerOptions& breaker, std::size_t usual_limit)
    : breaker_(breaker), usual_limit_(usual_limit) {}

bool CallbackPacer::wantsLimits(CallbackId callback, TimePoint now) const {
    const auto found = lines_.find(callback);
    if (found == lines_.end()) return true;
    const TimePoint taken_at = found->second.limits_taken_at;
    // One that is held is not leased, unless somebody has asked for it.
    if (found->second.asked_until > now) return true;
    return now < taken_at || now >= taken_at + kLimitsKept;
}

void CallbackPacer::takeLimits(
    CallbackId callback, const store::SharedLimits& limits, TimePoint now
) {
    Line& line = lines_[callback];
    const bool is_first = line.limits_taken_at == TimePoint();
    if (is_first) line.rate_full_at = limits.rate_full_at;
    const bool is_freed = line.is_asked_stored && limits.held_until == TimePoint();
    // The clock may have been set back since.
    if (is_first || is_freed) line.asked_until = std::min(limits.held_until, now + kRetryAfterMax);
    line.is_asked_stored = limits.held_until != TimePoint();
    line.shared = limits;
    line.limits_taken_at = now;
}

TimePoint CallbackPacer::rateFullAt(CallbackId callback) const {
    const auto found = lines_.find(callback);
    if (found == lines_.end()) return {};
    return std::chrono::ceil<Milliseconds>(found->second.rate_full_at);
}

CallbackPacer::Answer CallbackPacer::admit(
    CallbackId callback,
    const CallbackLimits& own,
    TimePoint now,
    const std::optional<RateLimit>& allowed
) {
    Line& line = lines_[callback];
    if (line.window == 0) line.window = breaker_.first_window;
    const std::size_t of_own =
        own.concurrency == 0 ? usual_limit_ : static_cast<std::size_t>(own.concurrency);
    line.limit = line.shared.concurrencyFor(of_own, usual_limit_);
    const auto& rate = slower(allowed, slower(own.rate, line.shared.rate));
    const std::size_t limit = isOpen(line) ? 1 : std::min(line.window, fullLimit(line));
    if (line.in_flight >= limit) line.is_window_told = true;
    Answer answer;
    const bool is_held = now < heldUntil(line);
    answer.is_admitted = !is_held && line.in_flight < limit && takeFromRate(line, rate, now);
    if (answer.is_admitted) ++line.in_flight;
    if (answer.is_admitted && isOpen(line)) noteProbing(line, true);
    // The store leases of a held callback what somebody has asked for: it is told once more.
    if (is_held) line.told = {};
    answer.pace = paceIfChanged(line);
    return answer;
}

TimePoint CallbackPacer::heldUntil(const Line& line) {
    return std::max({line.held_until, line.asked_until, line.waits_until});
}

/// The generic cell rate algorithm (ITU-T I.371): one time in place of a level and its age.
bool CallbackPacer::takeFromRate(Line& line, const std::optional<RateLimit>& rate, TimePoint now) {
    if (!rate) return true;
    // A burst of what a twentieth of the period allows: whoever comes late catches up, and a limit
    // of an hour is not used up in a second. What follows a burst is spread so that no period,
    // wherever it begins, sees more than the limit: the rate over time is up to a twentieth lower.
    const auto burst = std::max<std::int64_t>(rate->count / 20, 1);
    const std::chrono::nanoseconds period(rate->period);
    const auto spread = rate->count - burst + 1;
    const std::chrono::nanoseconds one((period.count() + spread - 1) / spread);
    // No more than what was sent just now: the rate may have been a slower one, or the clock have
    // been set back.
    line.rate_full_at =
        std::clamp<PreciseTime>(line.rate_full_at, now, PreciseTime(now) + one * burst);
    const PreciseTime earliest = line.rate_full_at - one * (burst - 1);
    if (now < earliest) {
        const TimePoint until = std::chrono::ceil<Milliseconds>(earliest);
        line.held_until = std::max(line.held_until, std::min(until, now + kRateHoldMax));
        return false;
    }
    line.rate_full_at += one;
    return true;
}

std::optional<store::CallbackPace> CallbackPacer::ended(
    CallbackId callback, const AttemptEnd& end, TimePoint now, double unit
) {
    const auto found = lines_.find(callback);
    if (found == lines_.end()) return std::nullopt;
    Line& line = found->second;
    if (line.in_flight > 0) --line.in_flight;
    noteProbing(line, false);
    const bool was_open = isOpen(line);
    if (end.is_success) {
        line.failures = 0;
        line.window = std::min(line.window + 1, fullLimit(line));
        if (was_open || line.held_until <= now) line.held_until = TimePoint();
    } else {
        ++line.failures;
        line.window = std::max(line.window / 2, breaker_.first_window);
    }
    const bool is_open = isOpen(line);
    if (is_open && !was_open) ++open_count_;
    if (was_open && !is_open) --open_count_;
    if (is_open) {
        const unsigned round = line.failures - breaker_.failures + 1;
        line.held_until =
            std::max(line.held_until, now + exponentialBackoff(breaker_.waits, round, unit));
    }
    if (end.is_overloaded) {
        line.window = breaker_.first_window;
        line.held_until = std::max(
            line.held_until, now + exponentialBackoff(breaker_.overloaded, line.failures, unit)
        );
    }
    if (end.hold_until) {
        line.asked_until = std::max(line.asked_until, *end.hold_until);
        line.is_asked_stored = true;
    }
    line.used_at = now;
    return paceIfChanged(line);
}

void CallbackPacer::gaveUp(CallbackId callback) {
    const auto found = lines_.find(callback);
    if (found == lines_.end() || found->second.in_flight == 0) return;
    --found->second.in_flight;
    noteProbing(found->second, false);
}

void CallbackPacer::noteProbing(Line& line, bool is_probing) {
    if (line.is_probing == is_probing) return;
    line.is_probing = is_probing;
    is_probing ? ++probing_count_ : --probing_count_;
}

std::optional<store::CallbackPace> CallbackPacer::waitUntil(CallbackId callback, TimePoint until) {
    Line& line = lines_[callback];
    line.waits_until = until;
    return paceIfChanged(line);
}

std::optional<store::CallbackPace> CallbackPacer::endWait(CallbackId callback) {
    const auto found = lines_.find(callback);
    if (found == lines_.end()) return std::nullopt;
    found->second.waits_until = TimePoint();
    return paceIfChanged(found->second);
}

std::optional<store::CallbackPace> CallbackPacer::paceIfChanged(Line& line) const {
    // A callback that has never had more to send than its window gives is not worth a word.
    if (line.window >= fullLimit(line)) line.is_window_told = false;
    const std::size_t usual = line.limit == usual_limit_ ? 0 : line.limit;
    const std::size_t limit = isOpen(line) ? 1 : line.is_window_told ? line.window : usual;
    const store::CallbackPace pace{heldUntil(line), limit};
    if (pace.held_until == line.told.held_until && pace.limit == line.told.limit) {
        return std::nullopt;
    }
    line.told = pace;
    return pace;
}

std::vector<std::pair<CallbackId, store::CallbackPace>> CallbackPacer::forgetIdle(TimePoint now) {
    std::vector<std::pair<CallbackId, store::CallbackPace>> told;
    if (now < looked_at_ + kIdleKept && now >= looked_at_) return told;
    looked_at_ = now;
    for (auto place = lines_.begin(); place != lines_.end();) {
        const Line& line = place->second;
        const Milliseconds kept = line.failures == 0 ? kIdleKept : kFailingKept;
        const bool is_idle = line.in_flight == 0 && line.rate_full_at <= now &&
                             heldUntil(line) <= now && line.used_at + kept <= now;
        if (!is_idle) {
            ++place;
            continue;
        }
        if (line.told.limit != 0 || line.told.held_until != TimePoint())
            told.emplace_back(place->first, store::CallbackPace{});
        if (isOpen(line)) --open_count_;
        place = lines_.erase(place);
    }
    return told;
}

}  // namespace ferry::pipeline
