#pragma once
// Arithmetic of waiting times. Pure: the caller brings the random number.

#include "base/clock.h"

namespace ferry {

struct BackoffRange {
    Milliseconds first;    ///< delay after the first failure
    Milliseconds ceiling;  ///< never longer than this
};

/// first * 2^(failures-1), capped, then spread evenly over [0.5, 1.0] of that by `unit` in [0,1).
/// `failures` counts from 1.
Milliseconds exponentialBackoff(const BackoffRange& range, unsigned failures, double unit);

/// `base` spread evenly over +-`fraction` (0.2 = 20 %) by `unit` in [0,1).
Milliseconds jitter(Milliseconds base, double fraction, double unit);

}  // namespace ferry
