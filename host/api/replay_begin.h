#pragma once
// The replay that a call asks for, with the events that it is about.

#include "api/api_parts.h"
#include "api/route.h"
#include "model/replay.h"

namespace ferry::api {

/// Reads the call's body (replay_request), holds it against the store, and finds the numbers of the
/// events; `created_at` is left for the caller to set.
/// Errors: InvalidArgument as readReplayRequest, and for instances that are not there or not the
/// Element token's; Conflict if nothing has failed that it could begin with.
Result<Replay> requestedReplay(const ApiParts& parts, const Call& call);

}  // namespace ferry::api
