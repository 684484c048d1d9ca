#pragma once
// What a caller asks of a replay.

#include "base/clock.h"
#include "base/result.h"
#include "model/replay.h"

#include <rapidjson/document.h>

namespace ferry::api {

/// Instances that one replay may name; more are all of them.
inline constexpr std::size_t kReplayInstancesMax = 1'000;

/// Reads `from` (required), `to` (`now` if not given; does not belong to the range), `eventTypes`,
/// `objectTypes` and `instanceIds` (lists; all if not given or empty), `rate` (events a second) and
/// `dryRun`. Numbers of events and `created_at` are left for the caller to set.
/// Errors: InvalidArgument naming the member, also for one that is not known.
Result<Replay> readReplayRequest(const rapidjson::Document& body, TimePoint now);

}  // namespace ferry::api
