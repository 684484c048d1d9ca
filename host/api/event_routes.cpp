// Events over REST: the log of an instance or of all, one event with what became of it, and the
// same event delivered again.

#include "api/answers.h"
#include "api/areas.h"
#include "api/event_json.h"
#include "api/event_query.h"

#include <functional>

namespace ferry::api {
namespace {

/// Enough for everything that ten schedules in a row would try.
constexpr std::size_t kAttemptsMax = 100;

Parameter eventId() {
    return {
        "eventId",
        ParameterPlace::Path,
        "The id of an event, or message.eventId of a callback",
        "string",
        true
    };
}

using WriteOne = std::function<
    void(JsonWriter& json, const RecordedEvent& event, std::span<const Delivery> deliveries)>;

/// A list of events as `write` puts each.
ApiHandler listHandler(const ApiParts& parts, std::string list, WriteOne write) {
    return [&parts, list = std::move(list), write = std::move(write)](const Call& call
           ) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const EventList page, listEvents(parts, call, list));
        FERRY_TRY_ASSIGN(const auto deliveries, deliveriesOf(parts, page.events));
        JsonWriter json;
        json.beginArray();
        for (std::size_t i = 0; i < page.events.size(); ++i)
            write(json, page.events[i], deliveries[i]);
        json.endArray();
        http::Response response = jsonAnswer(json);
        ListHeaders headers{page.events.size(), std::nullopt, std::nullopt};
        if (page.next) headers.next_page = nextPageToken(list, *page.next);
        addListHeaders(response, headers);
        return response;
    };
}

const WriteOne kWriteEvent =
    [](JsonWriter& json, const RecordedEvent& event, std::span<const Delivery> deliveries) {
        writeEvent(json, event, deliveries);
    };

Route listRoute(std::string path, std::string operation, std::string summary, ApiHandler handler) {
    Route route;
    route.method = "GET";
    route.path = std::move(path);
    route.operation_id = std::move(operation);
    route.summary = std::move(summary);
    route.area = "events";
    route.parameters = eventListParameters();
    route.handler = std::move(handler);
    return route;
}

Result<http::Response> answerEvent(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const FoundEvent found, findEvent(parts, call));
    const RecordedEvent& event = found.event;
    FERRY_TRY_ASSIGN(const auto deliveries, deliveriesOf(parts, {event}));
    std::vector<std::vector<store::DeliveryAttempt>> attempts;
    for (const Delivery& delivery : deliveries.front()) {
        FERRY_TRY_ASSIGN(
            auto some,
            parts.store.deliveries().attempts(delivery.instance, delivery.id, kAttemptsMax)
        );
        attempts.push_back(std::move(some));
    }
    JsonWriter json;
    writeEvent(json, event, deliveries.front(), &attempts);
    return jsonAnswer(json);
}

Result<http::Response> redeliver(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const FoundEvent found, findEvent(parts, call));
    const RecordedEvent& event = found.event;
    FERRY_TRY_ASSIGN(const CallbackId callback, callbackOf(parts, event.instance));
    std::optional<DeliveryId> id;
    if (found.callback) {
        const store::DeliveryKey key{event.instance, *found.callback};
        FERRY_TRY_ASSIGN(
            const std::size_t count, parts.store.replays().redeliver({&key, 1}, parts.clock.now())
        );
        if (count > 0) id = found.callback;
    } else {
        FERRY_TRY_ASSIGN(
            id,
            parts.store.replays().redeliverEvent(
                event.instance, event.number, callback, parts.clock.now()
            )
        );
    }
    std::optional<Delivery> made;
    if (id) {
        FERRY_TRY_ASSIGN(made, parts.store.deliveries().find(event.instance, *id));
    }
    if (!made) return fail(ErrorCode::NotFound, "the event has just left the log");
    parts.wake_deliveries();
    JsonWriter json;
    writeDelivery(json, *made);
    return jsonAnswer(json);
}

void addEventLists(RouteTable& table, const ApiParts& parts) {
    Route of_instance = listRoute(
        "/instances/{id}/events",
        "listInstanceEvents",
        "The events of an instance, newest first",
        listHandler(parts, "events", kWriteEvent)
    );
    of_instance.subject = Subject::Instance;
    of_instance.parameters.insert(of_instance.parameters.begin(), instanceId());
    of_instance.answers = {pageOf("Event")};
    table.add(std::move(of_instance));

    Route of_all = listRoute(
        "/instances/events",
        "listEvents",
        "The events of all instances, or of the Element token's, newest first",
        listHandler(parts, "events", kWriteEvent)
    );
    of_all.subject = Subject::AnyInstance;
    of_all.answers = {pageOf("Event")};
    table.add(std::move(of_all));

    Route dispositions = listRoute(
        "/instances/events/dispositions",
        "listEventDispositions",
        "What became of events, newest first",
        listHandler(parts, "dispositions", writeDisposition)
    );
    dispositions.subject = Subject::AnyInstance;
    dispositions.answers = {pageOf("Disposition")};
    table.add(std::move(dispositions));
}

void addSingleEvents(RouteTable& table, const ApiParts& parts) {
    Route of_instance;
    of_instance.method = "GET";
    of_instance.path = "/instances/{id}/events/{eventId}";
    of_instance.operation_id = "getInstanceEvent";
    of_instance.summary = "An event with its deliveries and their attempts";
    of_instance.area = "events";
    of_instance.subject = Subject::Instance;
    of_instance.parameters = {instanceId(), eventId()};
    of_instance.answers = {{200, "The event", schemaOf("Event")}};
    of_instance.handler = [&parts](const Call& call) { return answerEvent(parts, call); };

    Route of_any = of_instance;
    of_any.path = "/instances/events/{eventId}";
    of_any.operation_id = "getEvent";
    of_any.subject = Subject::AnyInstance;
    of_any.parameters = {eventId()};

    Route again = of_instance;
    again.method = "POST";
    again.path = "/instances/{id}/events/{eventId}/redeliver";
    again.operation_id = "redeliverEvent";
    again.summary =
        "Delivers one event, or the callback with all of its events, again, with the same ids";
    again.role = Role::Write;
    again.answers = {{200, "The delivery that brings it", schemaOf("Delivery")}};
    again.refusals = {409};
    again.handler = [&parts](const Call& call) { return redeliver(parts, call); };

    table.add(std::move(of_instance));
    table.add(std::move(of_any));
    table.add(std::move(again));
}

}  // namespace

void addEventRoutes(RouteTable& table, const ApiParts& parts) {
    defineEventSchemas(table);
    addEventLists(table, parts);
    addSingleEvents(table, parts);
}

}  // namespace ferry::api
