// The forms of events and deliveries, for the OpenAPI document.

#include "api/event_json.h"

namespace ferry::api {
namespace {

constexpr const char* kNotifiedData = R"json({
    "type": "object",
    "required": ["message", "notificationId", "status", "date"],
    "properties": {
        "message": {"type": "string"},
        "notificationId": {"type": "integer"},
        "status": {"enum": ["created", "retry", "delivered", "queued"]},
        "date": {"type": "string", "format": "date-time"},
        "httpStatus": {"type": "integer"},
        "error": {"type": "string"}
    },
    "additionalProperties": false
})json";

constexpr const char* kDelivery = R"json({
    "type": "object",
    "required": ["notificationId", "subscriptionId", "instanceId", "status", "createdDate",
                 "updatedDate", "attemptCount", "httpStatus", "error"],
    "properties": {
        "notificationId": {"type": "integer", "description": "Elements-Webhook-Id of the callback"},
        "subscriptionId": {"type": "integer", "description": "of this instance and URL"},
        "instanceId": {"type": "integer"},
        "status": {
            "enum": ["created", "retry", "delivered", "queued"],
            "description": "queued: out of attempts, or its callback is switched off"
        },
        "createdDate": {"type": "string", "format": "date-time"},
        "updatedDate": {"type": "string", "format": "date-time"},
        "attemptCount": {
            "type": "integer",
            "description": "made so far of those that it has; from 0 again if it is made to wait again, while attempts has all"
        },
        "httpStatus": {"type": "integer", "description": "of the last attempt; 0: no answer came"},
        "error": {"type": "string", "description": "of the last attempt, for people"},
        "nextAttemptDate": {
            "type": "string", "format": "date-time",
            "description": "missing if none is planned: of what is delivered, or queued"
        },
        "redelivery": {"type": "string", "description": "as the callback's Ferry-Redelivery"},
        "attempts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["number", "date", "httpStatus", "latency", "error", "errorClass",
                             "answer"],
                "properties": {
                    "number": {"type": "integer"},
                    "date": {"type": "string", "format": "date-time"},
                    "httpStatus": {"type": "integer"},
                    "latency": {"type": "integer", "description": "milliseconds"},
                    "error": {"type": "string", "description": "for people; empty after success"},
                    "errorClass": {
                        "enum": ["", "status", "dns", "connect", "tls", "timeout", "reset",
                                 "too_large", "refused", "no_token"],
                        "description": "empty after success, and of older versions' attempts"
                    },
                    "answer": {
                        "type": "string",
                        "description": "how the answer's body begins: 1,024 bytes at most, 128 after success; U+FFFD for what is no UTF-8"
                    },
                    "nextAttemptDate": {
                        "type": "string", "format": "date-time",
                        "description": "as planned then; missing if it was the last attempt"
                    }
                },
                "additionalProperties": false
            }
        },
        "notification": {
            "type": ["object", "array"],
            "description": "the body of the callback, in the format of the instance"
        },
        "subscription": {"$ref": "#/components/schemas/Subscription"}
    },
    "additionalProperties": false
})json";

constexpr const char* kEvent = R"json({
    "type": "object",
    "required": ["id", "eventDate", "status", "providerData", "elementInstanceId", "event",
                 "notifiedData", "eventElementInstances"],
    "properties": {
        "id": {"type": "string"},
        "eventDate": {"type": "string", "format": "date-time", "description": "when it was recorded"},
        "status": {"enum": ["NEW", "RECEIVED", "DISPATCHED", "NOTIFIED"]},
        "providerData": {"type": "string", "description": "the provider's record; empty if it has none"},
        "elementInstanceId": {"type": "integer"},
        "event": {"type": "object", "description": "as callbacks carry it"},
        "notifiedData": {"type": "array", "items": {"$ref": "#/components/schemas/NotifiedData"}},
        "eventElementInstances": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["eventId", "elementInstanceId", "notificationId", "notifiedData",
                             "createdDate", "updatedDate"],
                "properties": {
                    "eventId": {"type": "string"},
                    "elementInstanceId": {"type": "integer"},
                    "notificationId": {"type": "integer"},
                    "notifiedData": {
                        "type": "array", "items": {"$ref": "#/components/schemas/NotifiedData"}
                    },
                    "createdDate": {"type": "string", "format": "date-time"},
                    "updatedDate": {"type": "string", "format": "date-time"}
                },
                "additionalProperties": false
            }
        },
        "deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}}
    },
    "additionalProperties": false
})json";

constexpr const char* kDisposition = R"json({
    "type": "object",
    "required": ["eventId", "elementInstanceId", "eventDate", "status", "notificationData"],
    "properties": {
        "eventId": {"type": "string"},
        "elementInstanceId": {"type": "integer"},
        "eventDate": {"type": "string", "format": "date-time"},
        "status": {"enum": ["NEW", "RECEIVED", "DISPATCHED", "NOTIFIED"]},
        "notificationData": {"type": "array", "items": {"$ref": "#/components/schemas/NotifiedData"}}
    },
    "additionalProperties": false
})json";

}  // namespace

void defineEventSchemas(RouteTable& table) {
    table.define("NotifiedData", kNotifiedData);
    table.define("Delivery", kDelivery);
    table.define("Event", kEvent);
    table.define("Disposition", kDisposition);
}

}  // namespace ferry::api
