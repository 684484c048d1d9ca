#pragma once
// An event: a normalised change, immutable, with an id. Made by pipeline/change_derivation.

#include "base/clock.h"
#include "model/event_type.h"
#include "model/ids.h"
#include "model/object.h"

#include <string>
#include <string_view>

namespace ferry {

/// How the hub came to know of the change.
enum class EventOrigin : std::uint8_t {
    Live = 0,      ///< from the provider's change feed
    Resync = 1,    ///< found by comparing a full listing with the index
    Baseline = 2,  ///< was there when the instance began, and `event.baseline` asked for it
};

std::string_view eventOriginName(EventOrigin origin) noexcept;

struct Event {
    std::string id;  ///< 20 URL-safe characters; the same whenever it is delivered
    EventType type = EventType::Created;
    EventOrigin origin = EventOrigin::Live;
    IndexedObject object;       ///< after the change; for Deleted as it was last known
    std::string previous_path;  ///< for Moved
    std::string cascade_of;     ///< id of the event of the folder this one follows from
    std::string properties;     ///< what else is told of the object: a JSON object, or empty
    bool is_restored = false;   ///< Created again after it was deleted
    TimePoint occurred_at;      ///< by the provider if it tells, else when the hub saw it
    std::string raw;            ///< the provider's record, one JSON value (normalization), or empty
};

/// An event as the log keeps it.
struct RecordedEvent {
    EventNumber number;
    InstanceId instance;
    std::string id;
    EventType type = EventType::Created;
    ObjectKind object_kind = ObjectKind::File;
    std::string object_type = {};  ///< what an object of kind Other is; empty: not said
    TimePoint recorded_at;
    std::string body;  ///< the event in the documents form (JSON object), see pipeline/event_body
    std::string raw;   ///< the provider's record, one JSON value, or empty
};

}  // namespace ferry
