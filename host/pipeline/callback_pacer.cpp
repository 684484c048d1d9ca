#include "pipeline/callback_pacer.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

std::size_t limitOf(const DeliverySettings& settings) {
    if (settings.ordering == DeliveryOrdering::Instance) return 1;
    return settings.concurrency.value_or(0);
}

}  // namespace

CallbackPacer::CallbackPacer(const BreakerOptions& breaker, std::size_t usual_limit)
    : breaker_(breaker), usual_limit_(usual_limit) {}

CallbackPacer::Answer CallbackPacer::admit(
    CallbackId callback, const DeliverySettings& settings, TimePoint now
) {
    Line& line = lines_[callback];
    line.limit = limitOf(settings);
    line.rate = settings.rate_limit;
    const std::size_t usual = line.limit == 0 ? usual_limit_ : line.limit;
    const std::size_t limit = isOpen(line) ? 1 : usual;
    Answer answer;
    answer.is_admitted =
        now >= line.held_until && line.in_flight < limit && takeFromRate(line, now);
    if (answer.is_admitted) ++line.in_flight;
    if (answer.is_admitted && isOpen(line)) noteProbing(line, true);
    answer.pace = paceIfChanged(line);
    return answer;
}

/// The generic cell rate algorithm (ITU-T I.371): one time in place of a level and its age.
bool CallbackPacer::takeFromRate(Line& line, TimePoint now) const {
    if (!line.rate) return true;
    const auto one =
        std::chrono::duration_cast<std::chrono::microseconds>(line.rate->period) / line.rate->count;
    // A burst of what a tenth of the period allows: a limit of an hour is not used up in a second.
    const auto burst = std::max<std::int64_t>(line.rate->count / 10, 1);
    using Precise = decltype(line.rate_full_at);
    const Precise full_at = std::max<Precise>(line.rate_full_at, now);
    const Precise earliest = full_at - one * (burst - 1);
    if (now < earliest) {
        line.held_until = std::max(line.held_until, std::chrono::ceil<Milliseconds>(earliest));
        return false;
    }
    line.rate_full_at = full_at + one;
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
        if (was_open || line.held_until <= now) line.held_until = TimePoint();
    } else {
        ++line.failures;
    }
    const bool is_open = isOpen(line);
    if (is_open && !was_open) ++open_count_;
    if (was_open && !is_open) --open_count_;
    if (is_open) {
        const unsigned round = line.failures - breaker_.failures + 1;
        line.held_until =
            std::max(line.held_until, now + exponentialBackoff(breaker_.waits, round, unit));
    }
    if (end.hold_until) line.held_until = std::max(line.held_until, *end.hold_until);
    auto pace = paceIfChanged(line);
    forgetIfIdle(callback, now);
    return pace;
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

std::optional<store::CallbackPace> CallbackPacer::paceIfChanged(Line& line) const {
    const store::CallbackPace pace{line.held_until, isOpen(line) ? 1 : line.limit};
    if (pace.held_until == line.told.held_until && pace.limit == line.told.limit) {
        return std::nullopt;
    }
    line.told = pace;
    return pace;
}

/// What the store was told of it is as usual by now, or will be by itself.
void CallbackPacer::forgetIfIdle(CallbackId callback, TimePoint now) {
    const auto found = lines_.find(callback);
    const Line& line = found->second;
    const bool is_usual = line.told.limit == 0 && line.told.held_until == TimePoint();
    if (line.in_flight == 0 && line.failures == 0 && line.rate_full_at <= now && is_usual) {
        lines_.erase(found);
    }
}

}  // namespace ferry::pipeline
