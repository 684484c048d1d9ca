#pragma once
// In which lane the deliveries of an object stand, where an instance wants the events of each
// object in order (`event.notification.ordering: object`). Pure.

#include "model/ids.h"

#include <cstdint>
#include <string_view>

namespace ferry::pipeline {

/// Lanes of one instance. More of them would hold up fewer objects beside one that fails, and make
/// smaller callbacks: a delivery has events of one lane alone.
inline constexpr std::uint64_t kLanesPerInstance = 16;

/// The same in every version, as deliveries wait longer than a hub runs. Instances share no lane,
/// so that one that is disabled holds up no other one with the same URL.
LaneId laneOf(InstanceId instance, std::string_view object_id);

}  // namespace ferry::pipeline
