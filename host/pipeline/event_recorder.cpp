#include "pipeline/event_recorder.h"

#include "pipeline/callback_body.h"
#include "pipeline/delivery_lane.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace ferry::pipeline {

EventRecorder::EventRecorder(const InstanceSettings& settings, std::string hub_key)
    : instance_(settings.id),
      bodies_(settings.connector_key, std::move(hub_key), settings.moves, settings.restores),
      events_per_delivery_(callbackFormat(settings.format).events_max),
      filter_(settings.delivery.filter),
      ordering_(settings.delivery.ordering),
      repeats_raw_(settings.repeats_raw && settings.format == CallbackFormat::OpenConnectors) {
    if (settings.events_enabled && !settings.callback_url.empty()) callback_ = settings.callback;
}

store::SyncCommit EventRecorder::prepare(ChangeDerivation& derivation, TimePoint now) {
    store::SyncCommit commit;
    std::vector<Event> events = derivation.flush(commit);
    passed_.reserve(events.size());
    for (Event& event : events)
        record(std::move(event), now);
    commit.logged_only = held_back_.size();
    if (ordering_ != DeliveryOrdering::None) sortByLane(commit);
    commit.events = std::exchange(passed_, {});
    commit.repeats_records = repeats_raw_ && mayRepeat(commit.events);
    std::move(held_back_.begin(), held_back_.end(), std::back_inserter(commit.events));
    held_back_.clear();
    commit.callback = callback_;
    commit.events_per_delivery = events_per_delivery_;
    commit.now = now;
    return commit;
}

bool EventRecorder::mayRepeat(std::span<const RecordedEvent> events) {
    if (events.size() > kRepeatedEventsMax) return false;
    std::size_t bytes = 0;
    for (const RecordedEvent& event : events)
        bytes += event.raw.size();
    return bytes <= kRepeatedBytesMax;
}

/// Sorts passed_ and tells the commit which parts of it are of which lane.
void EventRecorder::sortByLane(store::SyncCommit& commit) {
    std::vector<std::size_t> order(passed_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
        return lanes_[a] < lanes_[b];
    });
    std::vector<RecordedEvent> sorted;
    sorted.reserve(passed_.size());
    for (const std::size_t i : order) {
        sorted.push_back(std::move(passed_[i]));
        if (commit.lanes.empty() || commit.lanes.back().lane != lanes_[i])
            commit.lanes.push_back({lanes_[i], 0});
        ++commit.lanes.back().events;
    }
    passed_ = std::move(sorted);
    lanes_.clear();
}

void EventRecorder::record(Event event, TimePoint now) {
    const LaneId lane = laneOf(ordering_, instance_, event.object.object_id);
    if (!callback_ || filter_.isEmpty()) {
        bodies_.record(std::move(event), now, passed_);
        if (lane) lanes_.resize(passed_.size(), lane);
        return;
    }
    const std::string path = event.object.path;
    const std::string previous_path = event.previous_path;
    const std::string object_type = event.object.object_type;
    const std::int64_t size = event.object.size;
    bodies_.record(std::move(event), now, halves_);
    for (RecordedEvent& recorded : halves_) {
        FilterSubject subject{
            recorded.type, recorded.object_kind, object_type, path, previous_path, size};
        // A move that is told in two halves: each is at one of the places.
        if (recorded.type == EventType::Deleted && !previous_path.empty())
            subject.path = previous_path;
        if (recorded.type != EventType::Moved) subject.previous_path = {};
        (filter_.admits(subject) ? passed_ : held_back_).push_back(std::move(recorded));
    }
    halves_.clear();
    if (lane) lanes_.resize(passed_.size(), lane);
}

}  // namespace ferry::pipeline
