#include "store/sqlite/lane_queue.h"

#include <algorithm>

namespace ferry::store::sqlite {

std::optional<LaneQueue::Place> LaneQueue::first() const {
    std::optional<Place> first;
    if (unordered_due_at_) first = Place{*unordered_due_at_, LaneId()};
    const auto ordered = firstOrdered();
    return ordered && (!first || ordered->at < first->at) ? ordered : first;
}

std::optional<LaneQueue::Place> LaneQueue::firstOrdered() const {
    if (!ordered_ || ordered_->by_place.empty()) return std::nullopt;
    const auto& [at, lane] = *ordered_->by_place.begin();
    return Place{at, lane};
}

std::vector<LaneQueue::Place> LaneQueue::until(TimePoint now, std::size_t limit) const {
    std::vector<Place> places;
    bool has_unordered = unordered_due_at_ && *unordered_due_at_ <= now;
    if (ordered_) {
        for (const auto& [at, lane] : ordered_->by_place) {
            if (at > now || places.size() >= limit) break;
            if (has_unordered && *unordered_due_at_ <= at) {
                places.push_back({*unordered_due_at_, LaneId()});
                has_unordered = false;
            }
            places.push_back({at, lane});
        }
    }
    if (has_unordered) places.push_back({*unordered_due_at_, LaneId()});
    if (places.size() > limit) places.resize(limit);
    return places;
}

std::vector<LaneId> LaneQueue::later(TimePoint now, std::size_t limit) const {
    std::vector<LaneId> lanes;
    if (!ordered_) return lanes;
    auto place = ordered_->by_place.upper_bound({now, LaneId(INT64_MAX)});
    for (; place != ordered_->by_place.end() && lanes.size() < limit; ++place)
        lanes.push_back(place->second);
    return lanes;
}

std::vector<LaneId> LaneQueue::ordered() const {
    std::vector<LaneId> lanes;
    if (!ordered_) return lanes;
    for (const auto& [lane, state] : ordered_->lanes)
        lanes.push_back(lane);
    return lanes;
}

std::optional<TimePoint> LaneQueue::dueOf(LaneId lane) const {
    if (!lane) return unordered_due_at_;
    if (!ordered_) return std::nullopt;
    const auto found = ordered_->lanes.find(lane);
    return found == ordered_->lanes.end() ? std::nullopt : found->second.due_at;
}

void LaneQueue::setDue(LaneId lane, std::optional<TimePoint> due_at) {
    if (!lane) {
        unordered_due_at_ = due_at;
        return;
    }
    laneOf(lane).due_at = due_at;
    settle(lane);
}

void LaneQueue::noteDue(LaneId lane, TimePoint due_at) {
    const auto known = dueOf(lane);
    if (!known || due_at < *known) setDue(lane, due_at);
}

void LaneQueue::hold(LaneId lane, TimePoint until) {
    if (!lane) return;
    laneOf(lane).held_until = until;
    settle(lane);
}

TimePoint LaneQueue::heldUntil(LaneId lane) const {
    if (!lane || !ordered_) return {};
    const auto found = ordered_->lanes.find(lane);
    return found == ordered_->lanes.end() ? TimePoint() : found->second.held_until;
}

void LaneQueue::lease(LaneId lane, DeliveryId delivery) {
    leased_.emplace(delivery, false);
    if (!lane) return;
    laneOf(lane).leased = delivery;
    settle(lane);
}

void LaneQueue::attempted(LaneId lane, DeliveryId delivery) {
    const auto found = leased_.find(delivery);
    if (lane || found == leased_.end() || found->second) return;
    found->second = true;
    ++attempted_count_;
}

void LaneQueue::end(LaneId lane, DeliveryId delivery) {
    if (const auto found = leased_.find(delivery); found != leased_.end()) {
        if (found->second) --attempted_count_;
        leased_.erase(found);
    }
    if (!lane || !ordered_) return;
    const auto found = ordered_->lanes.find(lane);
    if (found == ordered_->lanes.end() || found->second.leased != delivery) return;
    found->second.leased = DeliveryId();
    settle(lane);
}

LaneQueue::Lane& LaneQueue::laneOf(LaneId lane) {
    if (!ordered_) ordered_ = std::make_unique<Ordered>();
    return ordered_->lanes[lane];
}

/// Puts the lane where it belongs, and forgets it if there is nothing in it.
void LaneQueue::settle(LaneId id) {
    const auto found = ordered_->lanes.find(id);
    Lane& lane = found->second;
    if (lane.place_at) ordered_->by_place.erase({*lane.place_at, id});
    lane.place_at.reset();
    if (lane.due_at && !lane.leased) {
        lane.place_at = std::max(*lane.due_at, lane.held_until);
        ordered_->by_place.insert({*lane.place_at, id});
    }
    if (lane.due_at || lane.leased) return;
    ordered_->lanes.erase(found);
    if (ordered_->lanes.empty()) ordered_.reset();
}

}  // namespace ferry::store::sqlite
