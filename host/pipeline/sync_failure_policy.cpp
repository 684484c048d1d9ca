#include "pipeline/sync_failure_policy.h"

#include "base/backoff.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

// First delay and ceiling by kind. An outage is asked after often, so that the hub is back soon
// after the provider; what needs a person is asked after rarely.
constexpr BackoffRange kOutage{Milliseconds(1'000), Milliseconds(300'000)};
constexpr BackoffRange kNeedsPerson{Milliseconds(60'000), Milliseconds(3'600'000)};
// A provider that asks for more than this is asked again anyway.
constexpr Milliseconds kRetryAfterMax{3'600'000};
// One or two failures in a row are noise.
constexpr unsigned kTellAfterFailures = 3;

}  // namespace

SyncFailureDecision decideSyncFailure(const Error& error, const FailedDrain& drain) {
    SyncFailureDecision decision;
    const unsigned failures = drain.failures + 1;
    decision.reason = error.message;
    switch (error.code) {
        case ErrorCode::Unauthenticated:
        case ErrorCode::AuthorizationRevoked:
            decision.state = InstanceState::NeedsReauthorization;
            decision.tells_owner = true;
            return decision;
        case ErrorCode::RateLimited:
        case ErrorCode::Unavailable:
        case ErrorCode::DeadlineExceeded:
        case ErrorCode::Cancelled:
        case ErrorCode::Conflict:
        case ErrorCode::CursorExpired:
            decision.delay = exponentialBackoff(kOutage, failures, drain.unit);
            decision.tells_owner = failures == kTellAfterFailures;
            break;
        case ErrorCode::InvalidArgument:
        case ErrorCode::PermissionDenied:
        case ErrorCode::NotFound:
        case ErrorCode::Unsupported:
        case ErrorCode::Corrupt:
        case ErrorCode::Internal:
            decision.delay = exponentialBackoff(kNeedsPerson, failures, drain.unit);
            decision.tells_owner = failures == 1;
            break;
    }
    if (error.retry_after) {
        decision.delay = std::max(decision.delay, std::min(*error.retry_after, kRetryAfterMax));
    }
    return decision;
}

}  // namespace ferry::pipeline
