#include "pipeline/sync_failure_policy.h"

#include "base/backoff.h"

#include <algorithm>
#include <string_view>

namespace ferry::pipeline {
namespace {

// First delay and ceiling by kind. An outage is asked after often, so that the hub is back soon
// after the provider. What will hardly pass by itself is asked after rarely, and all the same: a
// proxy can refuse or garble for the length of an outage, and what a person mends is found mended.
constexpr BackoffRange kOutage{Milliseconds(1'000), Milliseconds(300'000)};
constexpr BackoffRange kNeedsPerson{Milliseconds(60'000), Milliseconds(900'000)};
// One or two failures in a row are noise.
constexpr unsigned kTellAfterFailures = 3;

/// What people can do about a failure that will hardly pass by itself.
std::string_view adviceFor(ErrorCode code) {
    switch (code) {
        case ErrorCode::PermissionDenied:
            return "correct this at the provider or in the instance's configuration";
        case ErrorCode::InvalidArgument:
        case ErrorCode::NotFound:
        case ErrorCode::Unsupported:
            return "correct the configuration or the plugin";
        default:
            return "if it lasts, report it with the lines of the log about it";
    }
}

bool isOutage(ErrorCode code) {
    switch (code) {
        case ErrorCode::RateLimited:
        case ErrorCode::Unavailable:
        case ErrorCode::DeadlineExceeded:
        case ErrorCode::Cancelled:
        case ErrorCode::Conflict:
        case ErrorCode::CursorExpired:
        case ErrorCode::Unauthenticated:
            return true;
        default:
            return false;
    }
}

}  // namespace

SyncFailureDecision decideSyncFailure(const Error& error, const FailedDrain& drain) {
    SyncFailureDecision decision;
    const unsigned failures = drain.failures + 1;
    decision.reason = error.message;
    if (error.code == ErrorCode::AuthorizationRevoked) {
        decision.state = InstanceState::NeedsReauthorization;
        decision.tells_owner = true;
        return decision;
    }
    if (isOutage(error.code)) {
        decision.delay = exponentialBackoff(kOutage, failures, drain.unit);
        decision.tells_owner = failures >= kTellAfterFailures;
    } else {
        decision.delay = exponentialBackoff(kNeedsPerson, failures, drain.unit);
        decision.tells_owner = true;
        decision.reason += ": ";
        decision.reason += adviceFor(error.code);
        decision.reason += "; the hub goes on asking";
    }
    if (error.retry_after) {
        decision.delay = std::max(decision.delay, std::min(*error.retry_after, kProviderWaitMax));
    }
    return decision;
}

}  // namespace ferry::pipeline
