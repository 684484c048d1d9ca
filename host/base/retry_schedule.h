#pragma once
// When something that failed is tried again: schedules that have a name, and those that people
// write down as waits.

#include "base/clock.h"
#include "base/result.h"

#include <span>
#include <string_view>
#include <vector>

namespace ferry {

/// When something that failed is tried again.
struct RetrySchedule {
    std::string_view name;
    std::span<const Milliseconds> delays;  ///< after the first failed attempt, the second, ...
    double jitter = 0;                     ///< each delay is spread over +- this fraction of itself
    bool is_exact = false;                 ///< what a receiver relies on: not slowed down
};

/// The same with waits of its own.
struct RetryDelays {
    std::vector<Milliseconds> delays;
    double jitter = 0;
    bool is_exact = false;  ///< as RetrySchedule

    bool operator==(const RetryDelays&) const = default;
};

/// Longer waits are a mistake: what waits is given up at some time (retention).
inline constexpr Milliseconds kRetryWaitMax{std::int64_t{30} * 86'400'000};

/// All schedules:
/// - `standard`: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, each +-20 %: ten attempts in
///   about 75 hours. Source: Standard Webhooks 1.0.0, example schedule.
/// - `open-connectors-9`: 4^x s for x = 1..9, exact; `open-connectors-5`: 8^x s for x = 1..5,
///   exact. Source: the vendor's two pages on webhook retries.
std::span<const RetrySchedule> retrySchedules();

/// Null if there is none of that name.
const RetrySchedule* findRetrySchedule(std::string_view name);

/// The default, `standard`.
const RetrySchedule& standardRetrySchedule();

RetryDelays delaysOf(const RetrySchedule& schedule);

/// The name of a schedule, or waits (base/duration_text) with commas between, spread as those of
/// `standard` are. Blanks beside commas do not count. Errors: InvalidArgument with a message that
/// follows the name of the value and does not have its text.
Result<RetryDelays> parseRetrySchedule(std::string_view text);

}  // namespace ferry
