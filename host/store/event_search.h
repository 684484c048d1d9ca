#pragma once
// What people ask of the event log: by time, type and instance, one by its id, and how many. Each
// call reads a bounded number of rows, so that nobody waits for it: go on where the answer says.

#include "base/clock.h"
#include "base/result.h"
#include "model/event.h"
#include "model/event_selection.h"
#include "model/ids.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace ferry::store {

/// Above every number.
inline constexpr EventNumber kEventNumberEnd{std::numeric_limits<std::int64_t>::max()};

struct EventQuery {
    InstanceId instance{};  ///< none: of all
    EventSelection selection{};
    EventNumber first{1};  ///< numbers in [first, end)
    EventNumber end = kEventNumberEnd;
    bool is_newest_first = false;
    std::size_t limit = 100;  ///< events at most
};

struct EventPage {
    std::vector<RecordedEvent> events;
    /// There may be more: ask again with this as `first`, or as `end` if newest first. A page may
    /// have fewer events than its limit, or none, and still be followed by others.
    std::optional<EventNumber> next;
};

/// An event without its body.
struct EventHead {
    EventNumber number;
    EventType type = EventType::Created;
    ObjectKind object_kind = ObjectKind::File;
    std::string object_type = {};  ///< as RecordedEvent
};

/// Where an event stands, of which instance.
struct EventPlace {
    InstanceId instance;
    EventNumber number;

    bool operator==(const EventPlace&) const = default;
};

struct EventPlaces {
    std::vector<EventPlace> places;
    std::optional<EventPlace> next;  ///< ask again after this one; nullopt: that was all
};

class EventSearch {
  public:
    virtual ~EventSearch() = default;

    /// The event with this id (model/event_id.h), or nullopt. Finds it by the number that the id
    /// holds and looks around there: events that waited for their move window stand after others
    /// that were made later. One that waited while 50,000 others of its instance were recorded is
    /// not found, and neither is one with an id of another form.
    virtual Result<std::optional<RecordedEvent>> find(std::string_view id) = 0;

    /// Events by number. Examines a few thousand at most, whatever the limit.
    virtual Result<EventPage> page(const EventQuery& query) = 0;

    /// Events of one instance in [first, end), in order, at most `limit`. Bodies are not read.
    virtual Result<std::vector<EventHead>> heads(
        InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
    ) = 0;
    /// The same of their numbers alone. An index has them: no event is read.
    virtual Result<std::vector<EventNumber>> numbers(
        InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
    ) = 0;

    /// Number of the first event that was recorded at `time` or later; one more than the newest if
    /// there is none. Goes by numbers: where the clock was set back between two runs, events of the
    /// time that came twice may be left out.
    virtual Result<EventNumber> firstAt(TimePoint time) = 0;

    /// Events in [first, end) ordered by instance and number, after `after`, of one instance
    /// (`only`) or of all (none); examines `limit` places at most. For counting: reads an index and
    /// no event.
    virtual Result<EventPlaces> places(
        EventPlace after, InstanceId only, EventNumber first, EventNumber end, std::size_t limit
    ) = 0;
};

}  // namespace ferry::store
