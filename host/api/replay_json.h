#pragma once
// Replays as the API shows them.

#include "api/route_table.h"
#include "base/json_writer.h"
#include "model/replay.h"
#include "pipeline/replay_waits.h"
#include "store/replay_store.h"

#include <cstdint>
#include <vector>

namespace ferry::api {

/// What is told of one replay alone, and costs a look at each of its deliveries.
struct ReplayDetails {
    store::ReplayOutcomes outcomes;
    std::vector<pipeline::ReplayWait> waits;
};

/// `in_range`: events that the replay is about. `details` may be null.
void writeReplay(
    JsonWriter& json, const Replay& replay, std::int64_t in_range, const ReplayDetails* details
);

/// Defines Replay and ReplayRequest.
void defineReplaySchemas(RouteTable& table);

}  // namespace ferry::api
