// Notifications that callers send to topics of their own.

#include "api/answers.h"
#include "api/areas.h"
#include "api/topic_message.h"
#include "api/topic_notifications.h"

namespace ferry::api {
namespace {

void defineSchemas(RouteTable& table) {
    table.define("NamedNotification", R"json({
        "type": "object",
        "required": ["id", "topic", "from", "severity", "message", "createdDate", "active",
                     "acknowledged"],
        "properties": {
            "id": {"type": "string", "description": "the Elements-Webhook-Id of the callback"},
            "topic": {"type": "string"},
            "from": {"type": "string"},
            "severity": {"enum": ["low", "medium", "high"]},
            "message": {"type": "string"},
            "createdDate": {"type": "string", "description": "Fri Feb 21 16:43:41 UTC 2020"},
            "active": {"const": true},
            "acknowledged": {"type": "boolean"}
        },
        "additionalProperties": false
    })json");
    table.define("NotificationWrite", R"json({
        "type": "object",
        "required": ["topic", "message"],
        "properties": {
            "topic": {"type": "string", "maxLength": 200,
                      "description": "any but that of an instance"},
            "from": {"type": "string", "maxLength": 200},
            "severity": {"enum": ["low", "medium", "high"], "default": "low"},
            "message": {"type": "string", "minLength": 1, "maxLength": 65536}
        }
    })json");
    table.define("AnyNotification", R"json({
        "description": "of an instance, or of a topic that a caller named",
        "anyOf": [{"$ref": "#/components/schemas/Notification"},
                  {"$ref": "#/components/schemas/NamedNotification"}]
    })json");
}

}  // namespace

void addTopicNotificationRoutes(RouteTable& table, const ApiParts& parts) {
    defineSchemas(table);
    Route made;
    made.method = "POST";
    made.path = "/notifications";
    made.operation_id = "createNotification";
    made.summary = "Sends a notification to whoever subscribed to its topic";
    made.area = "deliveries";
    made.role = Role::Write;
    made.body = schemaOf("NotificationWrite");
    made.refusals = {429};
    made.answers = {{200, "It is kept, and on its way", schemaOf("NamedNotification")}};
    made.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const auto notification, publishNotification(parts, call));
        JsonWriter json;
        writeTopicNotification(json, notification);
        return jsonAnswer(json);
    };
    table.add(std::move(made));
}

}  // namespace ferry::api
