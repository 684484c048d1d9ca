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
/// body (pipeline/event_body), and `raw`, the provider's record, if there is one that is valid
/// JSON.
std::string renderEventData(const InstanceSettings& settings, const RecordedEvent& event);

/// True if `text` is one JSON value, whatever its depth. Records were checked by the plugin
/// boundary; a body that can't be parsed would be refused by the receiver for ever, so they are
/// checked again where it matters.
bool isJson(std::string_view text);

}  // namespace ferry::pipeline
