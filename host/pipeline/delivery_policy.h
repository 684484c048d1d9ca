#pragma once
// What happens to a delivery after an attempt: delivered, tried again at a time, or dead. Pure: the
// delivery worker brings the time and the random number, and does what comes out.

#include "base/clock.h"
#include "base/retry_schedule.h"
#include "http/outbound.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace ferry::pipeline {

/// A callback that asks us to wait longer than this waits this long.
inline constexpr Milliseconds kRetryAfterMax{24 * 3'600'000};
/// Wait at least after 429, 502 and 504 (Standard Webhooks 1.0.0: "slow down").
inline constexpr Milliseconds kSlowDownMin{60'000};

/// How one attempt ended.
struct AttemptResult {
    int status = 0;  ///< HTTP status; 0: no answer came
    http::TransportError error = http::TransportError::None;
    std::string error_detail;                 ///< of the transport, for people
    std::optional<Milliseconds> retry_after;  ///< what the callback asked for
    std::string problem = {};  ///< why no request was made, for people; empty: one was
};

enum class DeadReason : std::uint8_t {
    OutOfAttempts,  ///< the schedule is used up
    Gone,           ///< the callback answered 410: it wants no more
};

/// 429, 502 and 504: the receiver, or what is before it, can take no more now.
bool isOverloaded(const AttemptResult& result);

struct Delivered {};
struct RetryAt {
    TimePoint time;
};
struct Dead {
    DeadReason reason;
};
using DeliveryDecision = std::variant<Delivered, RetryAt, Dead>;

/// Decides after attempt number `attempt_count` (from 1). 2xx is success; everything else,
/// redirects included, is a failure. The next attempt is made after the longest of: the schedule's
/// delay, what `Retry-After` asked for (up to kRetryAfterMax), kSlowDownMin if the status says so
/// and the schedule is not exact.
/// A callback that egress policy refuses is tried again like any other: its operator can allow the
/// network. `unit` in [0,1) is the jitter.
DeliveryDecision decideDelivery(
    unsigned attempt_count,
    const AttemptResult& result,
    TimePoint now,
    const RetrySchedule& schedule,
    double unit
);

/// Why an attempt failed, in a word: `status` if the answer was another than 2xx, else the
/// http::transportErrorName; empty after success.
std::string_view failureClass(const AttemptResult& result);

/// What went wrong and what to do about it, for people; empty after success. No secrets.
std::string describeFailure(const AttemptResult& result);

/// Value of a Retry-After header: seconds, or an HTTP date in any of its three forms, compared with
/// `wall_now`; a time that has passed gives 0. Never more than kRetryAfterMax. nullopt for anything
/// else. Source: RFC 9110, 5.6.7 and 10.2.3.
std::optional<Milliseconds> parseRetryAfter(std::string_view value, TimePoint wall_now);

/// parseRetryAfter of the Retry-After header, if there is one.
std::optional<Milliseconds> retryAfterOf(const http::Headers& headers, TimePoint wall_now);

/// Of an answer, or of none.
AttemptResult attemptResultOf(const http::OutboundResponse& response, TimePoint wall_now);

}  // namespace ferry::pipeline
