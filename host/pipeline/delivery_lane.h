#pragma once
// In which lane deliveries stand, where an instance wants its events in order
// (`event.notification.ordering`). Pure.

#include "model/ids.h"
#include "pipeline/delivery_settings.h"

#include <cstdint>
#include <string_view>

namespace ferry::pipeline {

/// Lanes of one instance with the order `object`. More of them would hold up fewer objects beside
/// one that fails, and make smaller callbacks: a delivery has events of one lane alone.
inline constexpr std::uint64_t kLanesPerInstance = 16;

/// None without an order. The same in every version, as deliveries wait longer than a hub runs.
/// Instances share no lane, so that one that is disabled holds up no other one with the same URL.
LaneId laneOf(DeliveryOrdering ordering, InstanceId instance, std::string_view object_id);

}  // namespace ferry::pipeline
