#include "http/destination_lanes.h"

namespace ferry::http {

DestinationLanes::Place DestinationLanes::enter(
    const std::string& destination, std::size_t in_flight_max, RequestHandle handle
) {
    const Place lane = lanes_.try_emplace(destination).first;
    lane->second.in_flight_max = in_flight_max;
    lane->second.waiting.push_back(handle);
    standInLine(lane);
    return lane;
}

void DestinationLanes::leave(Place lane) {
    --lane->second.in_flight;
    standInLine(lane);
    forgetEmpty(lane);
}

void DestinationLanes::standInLine(Place lane) {
    Lane& self = lane->second;
    if (self.is_in_line || self.waiting.empty() || self.in_flight >= self.in_flight_max) return;
    self.is_in_line = true;
    line_.push_back(lane);
}

void DestinationLanes::forgetEmpty(Place lane) {
    const Lane& self = lane->second;
    if (self.in_flight == 0 && self.waiting.empty() && !self.is_in_line) lanes_.erase(lane);
}

}  // namespace ferry::http
