#pragma once
// What a caller asks of a replay.

#include "base/clock.h"
#include "base/result.h"
#include "model/replay.h"

#include <rapidjson/document.h>

namespace ferry::api {

/// Instances that one replay may name; more are all of them.
inline constexpr std::size_t kReplayInstancesMax = 1'000;

/// Whether the body has `sinceFailure: true`: the replay begins with the first event that the
/// callbacks of its instances have not taken.
bool asksSinceFailure(const rapidjson::Document& body);

/// Reads `from` (required; with `sinceFailure` refused, and left for the caller to set), `to`
/// (`now` if not given; does not belong to the range), `eventTypes`, `objectTypes` and
/// `instanceIds` (lists; all if not given or empty), `rate` (events a second) and `dryRun`; numbers
/// and booleans also as texts. Numbers of events and `created_at` are left for the caller to set.
/// Errors: InvalidArgument naming the member, also for one that is not known.
Result<Replay> readReplayRequest(const rapidjson::Document& body, TimePoint now);

}  // namespace ferry::api
