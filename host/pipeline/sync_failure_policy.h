#pragma once
// What a failed drain means for its instance. Pure: the worker does what this says.

#include "base/clock.h"
#include "base/error.h"
#include "model/instance.h"

#include <optional>
#include <string>

namespace ferry::pipeline {

/// A provider that asks for a longer wait is asked again all the same.
inline constexpr Milliseconds kProviderWaitMax{3'600'000};

struct FailedDrain {
    unsigned failures = 0;  ///< consecutive ones before this
    double unit = 0;        ///< random number in [0,1)
};

struct SyncFailureDecision {
    Milliseconds delay{0};               ///< until the next drain, if the instance stays running
    std::optional<InstanceState> state;  ///< nullopt: no change of state
    bool tells_owner = false;            ///< show `reason` at the instance, unless it is there already
    std::string reason;
};

/// | error | the instance | asked again after | told |
/// |---|---|---|---|
/// | AuthorizationRevoked | NeedsReauthorization | a new authorization | at once |
/// | RateLimited, Unavailable, DeadlineExceeded, Cancelled, Conflict, CursorExpired, Unauthenticated (of a token that was just given out) | runs on | 1 s, doubling up to 5 minutes | from the third failure in a row |
/// | all others | runs on | 1 minute, doubling up to 15 | at once, with what to do |
///
/// No wait is shorter than the error's `retry_after`, of which an hour counts at most; a webhook ends
/// every wait. Nothing but missing consent stops an instance: a refusal or an answer that makes no
/// sense may come from a proxy or an outage, and an instance that was stopped for it would stay so.
SyncFailureDecision decideSyncFailure(const Error& error, const FailedDrain& drain);

}  // namespace ferry::pipeline
