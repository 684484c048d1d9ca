// What the account says for all its instances, as far as the hub has it.

#include "api/answers.h"
#include "api/areas.h"
#include "api/hub_account.h"
#include "api/json_body.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace ferry::api {
namespace {

constexpr const char* kPolicyKey = "notification.webhook.failure.policy";

constexpr const char* kSettings = R"json({
    "type": "object",
    "required": ["notification.webhook.failure.policy"],
    "properties": {
        "notification.webhook.failure.policy": {
            "type": "string",
            "enum": ["retry", "queue"],
            "description": "what becomes of a delivery out of attempts, if its instance does not say"
        }
    },
    "additionalProperties": false
})json";

/// Nothing for the caller's own account, which is named by a path without an id.
Status checkAccount(const Call& call) {
    if (!call.params.has("accountId")) return {};
    const std::string_view account = call.params.get("accountId");
    if (isHubAccount(account)) return {};
    return fail(ErrorCode::PermissionDenied, fmt::format("account {} is not yours", account));
}

Result<http::Response> shown(const ApiParts& parts) {
    JsonWriter json;
    json.beginObject()
        .field(kPolicyKey, pipeline::failurePolicyName(parts.account.onFailure()))
        .endObject();
    return jsonAnswer(json);
}

Result<http::Response> change(const ApiParts& parts, const Call& call) {
    FERRY_TRY(checkAccount(call));
    FERRY_TRY_ASSIGN(const rapidjson::Document root, readJsonObject(call.request.body));
    for (const auto& member : root.GetObject()) {
        if (textOf(member.name) == kPolicyKey) continue;
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("unknown setting '{}': there is {}", textOf(member.name), kPolicyKey)
        );
    }
    const rapidjson::Value* given = findMember(root, kPolicyKey);
    const auto policy = given != nullptr && given->IsString()
                            ? pipeline::parseFailurePolicy(textOf(*given))
                            : std::nullopt;
    if (!policy) {
        return fail(
            ErrorCode::InvalidArgument, fmt::format("'{}' must be retry or queue", kPolicyKey)
        );
    }
    FERRY_TRY(parts.account.setOnFailure(*policy));
    return shown(parts);
}

/// The route for the caller's own account, and for one by its number.
void addForms(RouteTable& table, Route route, const std::string& id) {
    route.area = "account";
    route.answers = {{200, "The settings", schemaOf("AccountSettings")}};
    route.path = "/accounts/settings";
    route.operation_id = id + "OwnAccountSettings";
    table.add(route);
    route.path = "/accounts/{accountId}/settings";
    route.operation_id = id + "AccountSettings";
    route.parameters.push_back(
        {"accountId", ParameterPlace::Path, "1: the hub has one account", "integer", true}
    );
    route.refusals.push_back(403);
    table.add(std::move(route));
}

}  // namespace

void addAccountRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("AccountSettings", kSettings);

    Route read;
    read.method = "GET";
    read.summary = "What the account says for all its instances";
    read.handler = [&parts](const Call& call) -> Result<http::Response> {
        FERRY_TRY(checkAccount(call));
        return shown(parts);
    };
    addForms(table, read, "get");

    Route write;
    write.summary = "Changes what the account says for all its instances";
    write.body = schemaOf("AccountSettings");
    write.role = Role::Write;
    write.handler = [&parts](const Call& call) { return change(parts, call); };
    write.method = "PATCH";
    addForms(table, write, "patch");
    write.method = "POST";
    addForms(table, write, "set");
}

}  // namespace ferry::api
