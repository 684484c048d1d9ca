#pragma once
// Replays as the API shows them.

#include "api/route_table.h"
#include "base/json_writer.h"
#include "model/replay.h"
#include "store/replay_store.h"

#include <cstdint>

namespace ferry::api {

/// `in_range`: events that the replay is about. `outcomes` may be null: they cost a look at each
/// delivery.
void writeReplay(
    JsonWriter& json,
    const Replay& replay,
    std::int64_t in_range,
    const store::ReplayOutcomes* outcomes
);

/// Defines Replay and ReplayRequest.
void defineReplaySchemas(RouteTable& table);

}  // namespace ferry::api
