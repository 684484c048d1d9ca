#include "pipeline/delivery_lane.h"

namespace ferry::pipeline {
namespace {

/// FNV-1a of 64 bits, with its halves put together: its low bits alone are weak.
std::uint64_t hashOf(std::string_view text) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3;
    return hash ^ (hash >> 32U);
}

}  // namespace

LaneId laneOf(DeliveryOrdering ordering, InstanceId instance, std::string_view object_id) {
    if (ordering == DeliveryOrdering::None) return {};
    const std::uint64_t place =
        ordering == DeliveryOrdering::Object ? hashOf(object_id) % kLanesPerInstance : 0;
    return LaneId(
        instance.value * static_cast<std::int64_t>(kLanesPerInstance) +
        static_cast<std::int64_t>(place)
    );
}

}  // namespace ferry::pipeline
