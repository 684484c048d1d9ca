#pragma once
// What a callback says of a single event, in the formats that are not Open Connectors': the same
// data in each of them.

#include "model/event.h"
#include "pipeline/instance_settings.h"

#include <string>
#include <string_view>

namespace ferry::pipeline {

/// What an event's stored body tells beyond the columns of the log.
struct EventFacts {
    std::string date;       ///< RFC 3339: when it happened; when it was recorded if it does not say
    std::string object_id;  ///< may be empty, as the others
    std::string path;
};

EventFacts readEventFacts(const RecordedEvent& event);

/// "file.created", "folder.moved".
std::string eventTypeText(const RecordedEvent& event);

/// A JSON object: `instanceId`, `instanceName`, `instanceTags`, the members of the event's stored
/// body (pipeline/event_body), and `raw`, the provider's record, if there is one.
std::string renderEventData(const InstanceSettings& settings, const RecordedEvent& event);

}  // namespace ferry::pipeline
