#pragma once
// Which trace a callback belongs to. Everything here follows from the delivery and the attempt, so
// that it survives a restart and is the same for everybody who asks.

#include "base/clock.h"
#include "model/delivery.h"
#include "pipeline/callback_body.h"

#include <string>

namespace ferry::pipeline {

/// The trace of all attempts of a delivery: its own; of one without, as replays make them, a trace
/// that follows from its number.
TraceContext callbackTrace(const Delivery& delivery, const HubIdentity& hub);

/// `traceparent` of one attempt: a span of its own in that trace. `delivery` is as it was before
/// the attempt.
std::string attemptTraceparent(
    const Delivery& delivery, TimePoint attempted_at, const HubIdentity& hub
);

/// The same with a span of the delivery's, for bodies: every attempt sends the same bytes.
std::string deliveryTraceparent(const Delivery& delivery, const HubIdentity& hub);

}  // namespace ferry::pipeline
