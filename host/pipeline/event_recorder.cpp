#include "pipeline/event_recorder.h"

#include <utility>

namespace ferry::pipeline {

EventRecorder::EventRecorder(const InstanceSettings& settings, std::string hub_key)
    : bodies_(settings.connector_key, std::move(hub_key), settings.moves) {
    if (settings.events_enabled && !settings.callback_url.empty()) callback_ = settings.callback;
}

store::SyncCommit EventRecorder::prepare(ChangeDerivation& derivation, TimePoint now) {
    store::SyncCommit commit;
    std::vector<Event> events = derivation.flush(commit);
    commit.events.reserve(events.size());
    for (Event& event : events)
        bodies_.record(std::move(event), now, commit.events);
    commit.callback = callback_;
    commit.now = now;
    return commit;
}

}  // namespace ferry::pipeline
