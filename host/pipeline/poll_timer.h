#pragma once
// When an instance is drained although no webhook named it. Pure.

#include "base/backoff.h"
#include "base/clock.h"

namespace ferry::pipeline {

/// Spread of poll times, so that instances that started together drift apart.
inline constexpr double kPollJitter = 0.1;

/// The next poll after a drain that ended at `now`. `unit` is a random number in [0,1).
inline TimePoint nextPoll(TimePoint now, Milliseconds interval, double unit) {
    return now + jitter(interval, kPollJitter, unit);
}

}  // namespace ferry::pipeline
