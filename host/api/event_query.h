#pragma once
// What a call for events asks of the store, and the answers' events with their deliveries.

#include "api/api_parts.h"
#include "api/paging.h"
#include "api/route.h"
#include "model/delivery.h"
#include "model/event.h"
#include "model/event_selection.h"

#include <optional>
#include <string_view>
#include <vector>

namespace ferry::api {

/// A page of a list of events, newest first.
struct EventList {
    std::vector<RecordedEvent> events;
    std::optional<std::int64_t> next;  ///< key of the page that follows
};

/// The page that the call asks for: `from`, `to`, `eventTypes`, `objectTypes`, and the paging
/// parameters of the list `list`; of the call's instance if it has one. A page may have fewer
/// events than asked for, or none, and still be followed by others.
Result<EventList> listEvents(const ApiParts& parts, const Call& call, std::string_view list);

/// The parameters that `listEvents` reads.
std::vector<Parameter> eventListParameters();

/// Reads a list of event types and one of object types, as words with commas between them.
/// Errors: InvalidArgument naming the list.
Result<EventSelection> readSelection(std::string_view types, std::string_view object_types);
Status addType(EventSelection& selection, std::string_view word);
Status addObjectType(EventSelection& selection, std::string_view word);

/// Which deliveries carry each of these events, in their order.
Result<std::vector<std::vector<Delivery>>> deliveriesOf(
    const ApiParts& parts, const std::vector<RecordedEvent>& events
);

struct FoundEvent {
    RecordedEvent event;
    /// The delivery, if what was named is a callback: then `event` is its first one.
    std::optional<DeliveryId> callback;
};

/// The event that {eventId} names, or the callback (message.eventId), of the call's instance if it
/// has one. NotFound if there is none.
Result<FoundEvent> findEvent(const ApiParts& parts, const Call& call);

/// The callback that the instance delivers to now. Errors: Conflict saying why it takes none.
Result<CallbackId> callbackOf(const ApiParts& parts, InstanceId id);

}  // namespace ferry::api
