// Notifications by topic: what callbacks have told, or are still to tell, of an instance.

#include "api/answers.h"
#include "api/areas.h"
#include "api/delivery_list.h"
#include "api/paging.h"
#include "model/topic.h"
#include "pipeline/callback_body.h"

namespace ferry::api {
namespace {

/// Topics that are no instance's have no notifications.
Result<DeliveryWhere> whereOfTopics(const ApiParts& parts, const Call& call) {
    std::vector<std::string> topics = call.request.queryValues("topics[]");
    for (std::string& topic : call.request.queryValues("topics"))
        topics.push_back(std::move(topic));
    if (topics.empty()) {
        return fail(
            ErrorCode::InvalidArgument,
            "topics[] is missing: say whose notifications, such as instance-1-dropbox-events"
        );
    }
    DeliveryWhere where;
    for (const std::string& text : topics) {
        const auto topic = parseTopic(text);
        if (!topic) continue;
        FERRY_TRY_ASSIGN(const auto instance, parts.store.instances().find(topic->instance));
        if (instance && instance->connector_key == topic->connector_key) {
            where.instances.insert(topic->instance);
        }
    }
    where.is_none = where.instances.empty();
    if (where.instances.size() == 1) where.query.instance = *where.instances.begin();
    return where;
}

/// Writes the notification, unless nothing is left of its events or its instance.
Status write(const ApiParts& parts, ListHeaders& headers, JsonWriter& json, const Delivery& one) {
    const auto found = parts.settings.get(one.instance);
    if (!found && found.error().code == ErrorCode::NotFound) return {};
    FERRY_TRY_ASSIGN(const auto settings, found);
    FERRY_TRY_ASSIGN(
        const auto events,
        parts.store.events().range(
            one.instance, one.first_event, one.last_event, kEventsPerDeliveryMax
        )
    );
    if (events.empty()) return {};
    const pipeline::HubIdentity hub;
    json.raw(pipeline::renderNotification({one, *settings, events, hub}));
    ++headers.returned;
    return {};
}

Result<http::Response> listNotifications(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const std::size_t page_size, readPageSize(call.request));
    FERRY_TRY_ASSIGN(DeliveryWhere where, whereOfTopics(parts, call));
    FERRY_TRY_ASSIGN(const auto list, listDeliveries(parts, call, std::move(where), page_size));
    ListHeaders headers;
    JsonWriter json;
    json.beginArray();
    for (const Delivery& delivery : list.deliveries)
        FERRY_TRY(write(parts, headers, json, delivery));
    json.endArray();
    if (list.next) headers.next_page = deliveryPageToken(*list.next);
    http::Response response = jsonAnswer(json);
    addListHeaders(response, headers);
    return response;
}

}  // namespace

void addNotificationRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("Notification", R"json({
        "type": "object",
        "required": ["id", "topic", "severity", "action", "createdDate", "user", "message"],
        "properties": {
            "id": {"type": "string", "description": "the Elements-Webhook-Id of the callback"},
            "topic": {"type": "string"},
            "severity": {"type": "string"},
            "action": {"type": "string"},
            "createdDate": {"type": "string", "description": "Fri Feb 21 16:43:41 UTC 2020"},
            "user": {"type": "string"},
            "message": {
                "type": "object",
                "required": ["elementKey", "eventId", "instanceId", "events"],
                "properties": {
                    "elementKey": {"type": "string"},
                    "eventId": {"type": "string"},
                    "instanceId": {"type": "integer"},
                    "events": {"type": "array", "items": {"type": "object"}}
                }
            }
        },
        "additionalProperties": false
    })json");
    Route list;
    list.method = "GET";
    list.path = "/notifications";
    list.operation_id = "listNotifications";
    list.summary =
        "What callbacks have told or are to tell of instances, newest first, in the form of "
        "open-connectors";
    list.area = "deliveries";
    list.subject = Subject::AnyInstance;
    list.parameters = pagingParameters();
    list.parameters.push_back(
        {"topics[]",
         ParameterPlace::Query,
         "Topic of an instance (instance-1-dropbox-events); may come several times",
         "strings",
         true}
    );
    list.answers = {pageOf("Notification")};
    list.handler = [&parts](const Call& call) { return listNotifications(parts, call); };
    table.add(std::move(list));
}

}  // namespace ferry::api
