// What all areas of the API share: refusals, and answers that come later.

#include "api/areas.h"

namespace ferry::api {

void addServiceRoutes(RouteTable& table, const ApiParts&) {
    table.define("Error", R"json({
        "type": "object",
        "required": ["requestId", "message"],
        "properties": {
            "requestId": {"type": "string", "description": "24 hex digits; the log has it"},
            "message": {"type": "string"},
            "providerMessage": {"type": "string", "description": "what the provider said, unchanged"}
        },
        "additionalProperties": false
    })json");
    table.define("Dispatched", R"json({
        "type": "object",
        "required": ["eventId", "eventStatus"],
        "properties": {
            "eventId": {"type": "integer", "description": "that of the callback with the answer"},
            "eventStatus": {"const": "dispatched"}
        },
        "additionalProperties": false
    })json");
}

}  // namespace ferry::api
