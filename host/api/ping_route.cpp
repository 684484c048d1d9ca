// /ping: tries the instance's token at the provider.

#include "api/answers.h"
#include "api/areas.h"
#include "api/connector_call.h"

#include <utility>

namespace ferry::api {

void addPingRoute(RouteTable& table, ConnectorRoutes& routes, const ApiParts& parts) {
    table.define("Pong", R"json({
        "type": "object",
        "required": ["dateTime", "endpoint"],
        "properties": {
            "dateTime": {"type": "string"},
            "endpoint": {"type": "string", "description": "key of the connector"}
        },
        "additionalProperties": false
    })json");
    Route route;
    route.method = "GET";
    route.path = "/ping";
    route.operation_id = "ping";
    route.summary = "Tries the instance's token at the provider";
    route.area = "connector";
    route.role = Role::Read;
    route.answers = {{200, "It is good", schemaOf("Pong")}};
    routes.add(
        std::move(route),
        [&parts](ConnectorCall& connector, const Call& call) -> Result<http::Response> {
            FERRY_TRY_ASSIGN(
                const ConnectorOutcome outcome,
                connector.run([&](const auto& account, const TokenSet& tokens) {
                    return connector.provider().startVerify(account, tokens);
                })
            );
            if (!outcome.result.identity) {
                return fail(ErrorCode::Internal, "the plugin gave no identity");
            }
            JsonWriter json;
            json.beginObject().field("dateTime", formatRfc3339(parts.clock.wallNow()));
            json.field("endpoint", call.theInstance().connector_key).endObject();
            return jsonAnswer(json);
        }
    );
}

}  // namespace ferry::api
