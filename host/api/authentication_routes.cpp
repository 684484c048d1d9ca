// Secrets for a caller who begins with a name and a password, as the original's users did: an API
// key has a name, and is the password that goes with it.

#include "api/answers.h"
#include "api/areas.h"
#include "api/authorization_header.h"
#include "api/json_body.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

Result<std::string> readText(const rapidjson::Value& body, std::string_view name) {
    const rapidjson::Value* value = findMember(body, name);
    if (value != nullptr && value->IsString()) return std::string(textOf(*value));
    return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is missing, or is no text", name));
}

/// Answers that hold secrets are kept by nobody on their way.
http::Response secretAnswer(const JsonWriter& json) {
    http::Response response = jsonAnswer(json);
    response.headers.add("Cache-Control", "no-store");
    return response;
}

Result<http::Response> logIn(const Login& login, const Call& call) {
    FERRY_TRY_ASSIGN(const rapidjson::Document body, readJsonObject(call.request.body));
    FERRY_TRY_ASSIGN(const std::string name, readText(body, "username"));
    FERRY_TRY_ASSIGN(const std::string password, readText(body, "password"));
    FERRY_TRY(login(name, Secret(password)));
    JsonWriter json;
    json.beginObject().field("token", password).endObject();
    return secretAnswer(json);
}

Result<http::Response> showSecrets(const Secret& organization, const Call& call) {
    const auto header = call.request.headers.get("Authorization");
    FERRY_TRY_ASSIGN(const Credentials given, parseAuthorization(header.value_or("")));
    const Secret& key = given.bearer ? *given.bearer : given.user.value();
    JsonWriter json;
    json.beginObject().field("userSecret", key.reveal());
    json.field("organizationSecret", organization.reveal()).endObject();
    return secretAnswer(json);
}

}  // namespace

void addAuthenticationRoutes(RouteTable& table, const Login& login, const Secret& organization) {
    table.define("Login", R"json({
        "type": "object",
        "required": ["username", "password"],
        "properties": {
            "username": {"type": "string", "description": "name of an API key"},
            "password": {"type": "string", "description": "the key"}
        }
    })json");
    table.define("Token", R"json({
        "type": "object",
        "required": ["token"],
        "properties": {"token": {"type": "string", "description": "to be sent as 'Bearer <token>'"}},
        "additionalProperties": false
    })json");
    table.define("Secrets", R"json({
        "type": "object",
        "required": ["userSecret", "organizationSecret"],
        "properties": {
            "userSecret": {"type": "string"},
            "organizationSecret": {"type": "string"}
        },
        "additionalProperties": false
    })json");

    Route token;
    token.method = "POST";
    token.path = "/authentication";
    token.operation_id = "authenticate";
    token.summary = "Checks an API key by its name, and gives it as a bearer token";
    token.area = "authentication";
    token.role = Role::None;
    token.body = schemaOf("Login");
    token.answers = {{200, "The token", schemaOf("Token")}};
    token.refusals = {401};
    token.handler = [login](const Call& call) { return logIn(login, call); };
    table.add(std::move(token));

    Route secrets;
    secrets.method = "GET";
    secrets.path = "/authentication/secrets";
    secrets.operation_id = "getSecrets";
    secrets.summary = "The two secrets of the caller: his key, and that of the hub's organization";
    secrets.area = "authentication";
    secrets.answers = {{200, "The secrets", schemaOf("Secrets")}};
    secrets.handler = [organization](const Call& call) { return showSecrets(organization, call); };
    table.add(std::move(secrets));
}

}  // namespace ferry::api
