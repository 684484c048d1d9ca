// Calls that try the instance's token at the provider: /ping, and /me, which says whose it is.

#include "api/answers.h"
#include "api/areas.h"
#include "api/connector_call.h"

#include <utility>

namespace ferry::api {
namespace {

/// The account that the provider says the token is of.
Result<AccountIdentity> identityOf(ConnectorCall& connector) {
    FERRY_TRY_ASSIGN(
        ConnectorOutcome outcome, connector.run([&](const auto& account, const TokenSet& tokens) {
            return connector.provider().startVerify(account, tokens);
        })
    );
    if (outcome.result.identity) return std::move(*outcome.result.identity);
    return fail(ErrorCode::Internal, "the plugin gave no identity");
}

Route connectorRoute(std::string path, std::string operation_id, std::string summary) {
    Route route;
    route.method = "GET";
    route.path = std::move(path);
    route.operation_id = std::move(operation_id);
    route.summary = std::move(summary);
    route.area = "connector";
    route.role = Role::Read;
    return route;
}

}  // namespace

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
    table.define("Me", R"json({
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": {"type": "string", "description": "the provider's name for the account"},
            "name": {"type": "string", "description": "for people: name and e-mail address"}
        },
        "additionalProperties": false
    })json");
    Route ping = connectorRoute("/ping", "ping", "Tries the instance's token at the provider");
    ping.answers = {{200, "It is good", schemaOf("Pong")}};
    routes.add(
        std::move(ping),
        [&parts](ConnectorCall& connector, const Call& call) -> Result<http::Response> {
            FERRY_TRY(identityOf(connector));
            JsonWriter json;
            json.beginObject().field("dateTime", formatRfc3339(parts.clock.wallNow()));
            json.field("endpoint", call.theInstance().connector_key).endObject();
            return jsonAnswer(json);
        }
    );
    Route me = connectorRoute("/me", "getMe", "Whose account the instance is");
    me.answers = {{200, "The account", schemaOf("Me")}};
    routes.add(std::move(me), [](ConnectorCall& connector, const Call&) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const AccountIdentity identity, identityOf(connector));
        JsonWriter json;
        json.beginObject().field("id", identity.account_id);
        json.field("name", identity.label).endObject();
        return jsonAnswer(json);
    });
}

}  // namespace ferry::api
