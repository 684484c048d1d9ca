// What all areas of the API share: the schema of refusals.

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
}

}  // namespace ferry::api
