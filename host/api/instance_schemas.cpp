// The schemas of instances.

#include "api/instance_routes.h"

namespace ferry::api {
namespace {

constexpr const char* kInstance = R"json({
    "type": "object",
    "required": ["id", "name", "createdDate", "token", "element", "elementId", "tags",
                 "provisionInteractions", "valid", "disabled", "eventsEnabled", "user", "state"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "createdDate": {"type": "string"},
        "updatedDate": {"type": "string"},
        "token": {"type": "string", "description": "to be sent as 'Element <token>'"},
        "element": {"$ref": "#/components/schemas/Element"},
        "elementId": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "provisionInteractions": {
            "type": "array",
            "description": "what has still to be done until it is authorized: the link that a person opens; where another program asks for consent, the call that gives it the page, after which a PATCH of the instance takes the code",
            "items": {
                "type": "object",
                "required": ["type", "url"],
                "properties": {"type": {"enum": ["oauth"]}, "url": {"type": "string"}},
                "additionalProperties": false
            }
        },
        "valid": {"type": "boolean", "description": "it is authorized at the provider"},
        "disabled": {"type": "boolean"},
        "maxCacheSize": {"type": "integer"},
        "cacheTimeToLive": {"type": "integer"},
        "configuration": {
            "type": "object",
            "description": "every value as a text, what is secret as ********",
            "additionalProperties": {"type": "string"}
        },
        "eventsEnabled": {"type": "boolean"},
        "eventsNotificationCallbackUrl": {"type": "string"},
        "traceLoggingEnabled": {"type": "boolean", "description": "the log tells its calls"},
        "cachingEnabled": {"type": "boolean"},
        "externalAuthentication": {"enum": ["none", "initial"]},
        "user": {
            "type": "object",
            "description": "always the same: the hub has no users",
            "required": ["id", "emailAddress", "firstName", "lastName"],
            "properties": {
                "id": {"type": "integer"},
                "emailAddress": {"type": "string"},
                "firstName": {"type": "string"},
                "lastName": {"type": "string"}
            },
            "additionalProperties": false
        },
        "state": {
            "enum": ["running", "awaiting-authorization", "needs-reauthorization", "disabled"]
        },
        "stateReason": {"type": "string"},
        "accountId": {"type": "string", "description": "the provider's name for the account"},
        "source": {"type": "string", "description": "the file and line that own it, if a file does"},
        "webhookUrl": {
            "type": "string",
            "description": "where its provider is to send webhooks, if it sends any; not in lists"
        },
        "warnings": {
            "type": "array",
            "description": "parameters without effect, or with another than was meant; not in lists",
            "items": {"type": "string"}
        },
        "objects": {
            "type": "array",
            "description": "after retrieveObjectsAfterInstantiation",
            "items": {
                "type": "object",
                "required": ["name", "vendorName", "type"],
                "properties": {
                    "name": {"type": "string"},
                    "vendorName": {"type": "string"},
                    "type": {"enum": ["vendor"]}
                },
                "additionalProperties": false
            }
        }
    },
    "additionalProperties": false
})json";

constexpr const char* kInstanceConfiguration = R"json({
    "type": "object",
    "required": ["id", "key", "name", "description", "type", "propertyValue", "required", "active",
                 "hideFromConsole"],
    "properties": {
        "id": {"type": "integer"},
        "key": {"type": "string"},
        "name": {"type": "string"},
        "description": {"type": "string"},
        "type": {"type": "string"},
        "propertyValue": {"type": "string"},
        "required": {"type": "boolean"},
        "active": {"type": "boolean"},
        "hideFromConsole": {"type": "boolean"}
    },
    "additionalProperties": false
})json";

constexpr const char* kInstanceWrite = R"json({
    "type": "object",
    "properties": {
        "element": {
            "type": "object",
            "description": "the connector; needed by POST /instances",
            "properties": {"key": {"type": "string"}, "id": {"type": ["integer", "string"]}}
        },
        "name": {"type": "string", "description": "needed by POST; markup is taken out"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "configuration": {
            "type": "object",
            "description": "values by parameter; ******** leaves one as it is, null takes it away",
            "additionalProperties": {"type": ["string", "boolean", "number", "null"]}
        },
        "providerData": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "the grant code of the provider"},
                "refresh_token": {"type": "string"}
            }
        },
        "externalAuthentication": {
            "enum": ["none", "initial"],
            "description": "initial: oauth.user.refresh_token is given, and no code"
        },
        "retrieveObjectsAfterInstantiation": {
            "type": ["boolean", "string"],
            "description": "true: the answer has the kinds of objects; only of POST"
        }
    }
})json";

}  // namespace

void defineInstanceSchemas(RouteTable& table) {
    table.define("Instance", kInstance);
    table.define("InstanceConfiguration", kInstanceConfiguration);
    table.define("InstanceWrite", kInstanceWrite);
    table.define("PropertyValue", R"json({
        "type": "object",
        "required": ["propertyValue"],
        "properties": {"propertyValue": {"type": ["string", "boolean", "number", "null"]}}
    })json");
    table.define("TraceLogging", R"json({
        "type": "object",
        "properties": {
            "duration": {
                "type": ["integer", "string"],
                "description": "minutes, from 1 to 1440; 60 if not given"
            }
        }
    })json");
    table.define("Nothing", R"json({"type": "object", "additionalProperties": false})json");
}

}  // namespace ferry::api
