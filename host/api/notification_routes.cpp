// Notifications by topic: what callbacks have told, or are still to tell, of an instance; and what
// callers send to topics of their own.

#include "api/answers.h"
#include "api/areas.h"
#include "api/delivery_list.h"
#include "api/paging.h"
#include "api/topic_message.h"
#include "api/topic_notifications.h"
#include "model/topic.h"
#include "pipeline/callback_body.h"

#include <algorithm>
#include <variant>

namespace ferry::api {
namespace {

/// What the topics of a call mean.
struct Topics {
    DeliveryWhere instances;
    std::vector<std::string> named;  ///< by callers
};

Result<Topics> readTopics(const ApiParts& parts, const Call& call) {
    std::vector<std::string> topics = call.request.queryValues("topics[]");
    for (std::string& topic : call.request.queryValues("topics"))
        topics.push_back(std::move(topic));
    if (topics.empty()) {
        return fail(
            ErrorCode::InvalidArgument,
            "topics[] is missing: say whose notifications, such as instance-1-dropbox-events"
        );
    }
    Topics wanted;
    DeliveryWhere& where = wanted.instances;
    for (const std::string& text : topics) {
        const auto topic = parseTopic(text);
        if (!topic) {
            // An instance's token is for what is the instance's.
            if (!call.instance) wanted.named.push_back(text);
            continue;
        }
        FERRY_TRY_ASSIGN(const auto instance, parts.store.instances().find(topic->instance));
        if (instance && instance->connector_key == topic->connector_key) {
            where.instances.insert(topic->instance);
        }
    }
    where.is_none = where.instances.empty();
    if (where.instances.size() == 1) where.query.instance = *where.instances.begin();
    std::sort(wanted.named.begin(), wanted.named.end());
    wanted.named.erase(std::unique(wanted.named.begin(), wanted.named.end()), wanted.named.end());
    return wanted;
}

/// The notification as JSON; empty if nothing is left of its events or its instance.
Result<std::string> notificationOf(const ApiParts& parts, const Delivery& one) {
    const auto found = parts.settings.get(one.instance);
    if (!found && found.error().code == ErrorCode::NotFound) return std::string();
    FERRY_TRY_ASSIGN(const auto settings, found);
    FERRY_TRY_ASSIGN(
        const auto events,
        parts.store.events().range(
            one.instance, one.first_event, one.last_event, kEventsPerDeliveryMax
        )
    );
    if (events.empty()) return std::string();
    const pipeline::HubIdentity hub;
    std::string text = pipeline::renderNotification({one, *settings, events, hub});
    text.pop_back();
    text += R"(,"active":true,"acknowledged":)";
    text += one.is_acknowledged ? "true}" : "false}";
    return text;
}

std::string notificationOf(const store::TopicNotification& one) {
    JsonWriter json;
    writeTopicNotification(json, one);
    return json.take();
}

/// {notificationId} of the path.
Result<DeliveryId> idOf(const Call& call) {
    const auto id = parseId(call.params.get("notificationId"));
    if (id) return DeliveryId(*id);
    return fail(ErrorCode::NotFound, "there is no such notification: its id is a number");
}

/// That of a topic that a caller named; nullopt if there is none of this number.
Result<std::optional<store::TopicNotification>> findNamed(
    const ApiParts& parts, const Call& call, DeliveryId id
) {
    if (call.instance) return std::optional<store::TopicNotification>();
    return parts.store.topics().notification(id);
}

/// What was told of an instance; of the call's, if it has one.
Result<Delivery> findOne(const ApiParts& parts, const Call& call, DeliveryId id) {
    DeliveryWhere where;
    where.delivery = id;
    FERRY_TRY_ASSIGN(const DeliveryList list, listDeliveries(parts, call, std::move(where), 1));
    if (list.deliveries.empty()) return fail(ErrorCode::NotFound, "there is no such notification");
    return list.deliveries.front();
}

http::Response answerOf(std::string text) {
    http::Response response;
    response.body = std::move(text);
    return response;
}

Result<http::Response> answerOne(const ApiParts& parts, const Delivery& one) {
    FERRY_TRY_ASSIGN(std::string text, notificationOf(parts, one));
    if (!text.empty()) return answerOf(std::move(text));
    return fail(ErrorCode::NotFound, "the events of the notification have left the log");
}

Result<http::Response> readOne(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const DeliveryId id, idOf(call));
    FERRY_TRY_ASSIGN(const auto named, findNamed(parts, call, id));
    if (named) return answerOf(notificationOf(*named));
    FERRY_TRY_ASSIGN(const Delivery found, findOne(parts, call, id));
    return answerOne(parts, found);
}

Result<http::Response> acknowledge(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const DeliveryId id, idOf(call));
    FERRY_TRY_ASSIGN(auto named, findNamed(parts, call, id));
    if (named) {
        FERRY_TRY_ASSIGN(named->is_acknowledged, parts.store.topics().acknowledge(id));
        if (named->is_acknowledged) return answerOf(notificationOf(*named));
        return fail(ErrorCode::NotFound, "the notification has just gone");
    }
    FERRY_TRY_ASSIGN(Delivery one, findOne(parts, call, id));
    FERRY_TRY_ASSIGN(
        one.is_acknowledged, parts.store.deliveries().acknowledge(one.instance, one.id)
    );
    if (!one.is_acknowledged) return fail(ErrorCode::NotFound, "the notification has just gone");
    return answerOne(parts, one);
}

Result<http::Response> listNotifications(const ApiParts& parts, const Call& call) {
    FERRY_TRY_ASSIGN(const std::size_t page_size, readPageSize(call.request));
    FERRY_TRY_ASSIGN(Topics topics, readTopics(parts, call));
    FERRY_TRY_ASSIGN(
        const auto list,
        listNotificationsOf(parts, call, std::move(topics.instances), topics.named, page_size)
    );
    ListHeaders headers;
    JsonWriter json;
    json.beginArray();
    for (const auto& one : list.notifications) {
        std::string text;
        if (const auto* delivery = std::get_if<Delivery>(&one)) {
            FERRY_TRY_ASSIGN(text, notificationOf(parts, *delivery));
        } else {
            text = notificationOf(std::get<store::TopicNotification>(one));
        }
        if (text.empty()) continue;
        json.raw(text);
        ++headers.returned;
    }
    json.endArray();
    if (list.next) headers.next_page = deliveryPageToken(*list.next);
    http::Response response = jsonAnswer(json);
    addListHeaders(response, headers);
    return response;
}

void addSingle(RouteTable& table, const ApiParts& parts) {
    Route one;
    one.method = "GET";
    one.path = "/notifications/{notificationId}";
    one.operation_id = "getNotification";
    one.summary = "What one callback has told or is to tell";
    one.area = "deliveries";
    one.subject = Subject::AnyInstance;
    one.parameters = {
        {"notificationId", ParameterPlace::Path, "Its Elements-Webhook-Id", "integer", true}};
    one.answers = {{200, "The notification", schemaOf("AnyNotification")}};
    Route seen = one;
    one.handler = [&parts](const Call& call) { return readOne(parts, call); };
    table.add(std::move(one));
    seen.method = "PUT";
    seen.path += "/acknowledge";
    seen.operation_id = "acknowledgeNotification";
    seen.summary = "Marks a notification as seen; nothing else follows from it";
    seen.role = Role::Write;
    seen.handler = [&parts](const Call& call) { return acknowledge(parts, call); };
    table.add(std::move(seen));
}

}  // namespace

void addNotificationRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("Notification", R"json({
        "type": "object",
        "required": ["id", "topic", "severity", "action", "createdDate", "user", "message",
                     "active", "acknowledged"],
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
            },
            "active": {"const": true},
            "acknowledged": {
                "type": "boolean", "description": "somebody said that he has seen it"
            }
        },
        "additionalProperties": false
    })json");
    Route list;
    list.method = "GET";
    list.path = "/notifications";
    list.operation_id = "listNotifications";
    list.summary =
        "What callbacks have told or are to tell of instances, in the form of open-connectors, and "
        "what callers sent to topics of their own; newest first";
    list.area = "deliveries";
    list.subject = Subject::AnyInstance;
    list.parameters = pagingParameters();
    list.parameters.push_back(
        {"topics[]",
         ParameterPlace::Query,
         "Topic of an instance (instance-1-dropbox-events) or another; may come several times",
         "strings",
         true}
    );
    list.answers = {pageOf("AnyNotification")};
    list.handler = [&parts](const Call& call) { return listNotifications(parts, call); };
    table.add(std::move(list));
    addSingle(table, parts);
}

}  // namespace ferry::api
