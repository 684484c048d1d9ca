#pragma once
// What a failed drain means for its instance. Pure: the worker does what this says.

#include "base/clock.h"
#include "base/error.h"
#include "model/instance.h"

#include <optional>
#include <string>

namespace ferry::pipeline {

struct FailedDrain {
    unsigned failures = 0;  ///< consecutive ones before this
    double unit = 0;        ///< random number in [0,1)
};

struct SyncFailureDecision {
    Milliseconds delay{0};               ///< until the next drain, if the instance stays running
    std::optional<InstanceState> state;  ///< nullopt: no change of state
    bool tells_owner = false;            ///< put `reason` at the instance for people to see
    std::string reason;
};

/// Outages never change the state of an instance: they are waited out with growing delays, at most
/// five minutes (or what the provider asked for). Consent that is gone stops it at once.
SyncFailureDecision decideSyncFailure(const Error& error, const FailedDrain& drain);

}  // namespace ferry::pipeline
