// The URL of a provider's consent page, for callers who lead their users through it by themselves
// and come back with the code (providerData.code of POST /instances).

#include "api/answers.h"
#include "api/areas.h"
#include "api/element_lookup.h"
#include "api/oauth_url_request.h"
#include "oauth/oauth_links.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace ferry::api {
namespace {

constexpr const char* kOauthUrl = R"json({
    "type": "object",
    "required": ["element", "oauthUrl"],
    "properties": {
        "element": {"type": "string", "description": "The key of the connector"},
        "oauthUrl": {"type": "string", "description": "What to open in the browser of the user"}
    },
    "additionalProperties": false
})json";

using ReadRequest = std::function<Result<OauthUrlRequest>(const http::Request&)>;

/// The schema of the body, from the same fields as the parameters of the query.
std::string bodySchema() {
    JsonWriter json;
    json.beginObject().field("type", "object").key("properties").beginObject();
    for (const OauthUrlField& field : oauthUrlFields()) {
        json.key(field.name).beginObject();
        json.field("type", "string").field("description", field.description).endObject();
    }
    for (const auto& [name, type] :
         {std::pair("isOAuthProxy", "boolean"), std::pair("oauthProxyName", "string")}) {
        json.key(name).beginObject().field("type", type);
        json.field("description", "Accepted, without effect: the hub uses no OAuth proxy");
        json.endObject();
    }
    json.endObject().endObject();
    return json.take();
}

/// The instance of the call's Element token, if there is one.
Result<std::optional<pipeline::InstanceSettings>> instanceOf(
    const ApiParts& parts, const Call& call, const config::ConnectorManifest& connector
) {
    if (!call.instance) return std::optional<pipeline::InstanceSettings>();
    if (call.instance->connector_key != connector.key) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "the Element token is of an instance of '{}', not of '{}'",
                call.instance->connector_key,
                connector.key
            )
        );
    }
    FERRY_TRY_ASSIGN(auto settings, pipeline::openSettings(*call.instance, parts.key));
    return std::optional(std::move(settings));
}

/// What the plugin is told: the instance's configuration with the app in it that is asked for, and
/// without a secret, which might be of another app.
pipeline::ProviderAccount accountOf(
    const OauthUrlRequest& wanted,
    std::optional<pipeline::InstanceSettings> instance,
    const pipeline::Provider& provider
) {
    pipeline::InstanceSettings settings =
        instance ? std::move(*instance) : pipeline::InstanceSettings();
    const auto set = [&](std::string_view key, const std::string& value) {
        settings.configuration.insert_or_assign(std::string(key), value);
    };
    set(oauth::kAuthenticationType, "oauth2");
    set(oauth::kAppKey, wanted.app_key);
    set(oauth::kCallbackUrl, wanted.callback_url);
    settings.configuration.erase(std::string(oauth::kAppSecret));
    return settings.providerAccount(provider.options().base_urls);
}

Result<http::Response> oauthUrl(const ApiParts& parts, const Call& call, OauthUrlRequest given) {
    FERRY_TRY_ASSIGN(const auto connector, findElement(parts, call.params.get("keyOrId")));
    if (!connector->oauth2) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "connector '{}' has no OAuth 2, and so no URL to consent at", connector->key
            )
        );
    }
    FERRY_TRY_ASSIGN(auto instance, instanceOf(parts, call, *connector));
    FERRY_TRY_ASSIGN(
        const OauthUrlRequest wanted,
        completed(std::move(given), instance ? &*instance : nullptr, connector->key)
    );
    const auto provider = parts.providers.find(connector->key);
    if (!provider) {
        return fail(
            ErrorCode::Unavailable, fmt::format("no connector '{}' is loaded", connector->key)
        );
    }
    FERRY_TRY_ASSIGN(
        const std::string url,
        parts.authorize_urls.make(
            *provider,
            accountOf(wanted, std::move(instance), *provider),
            {wanted.callback_url, wanted.state, wanted.scope, {}},
            wanted.app_key
        )
    );
    JsonWriter json;
    json.beginObject().field("element", connector->key).field("oauthUrl", url).endObject();
    http::Response response = jsonAnswer(json);
    // The address of the call may hold the secret of an app.
    response.headers.add("Cache-Control", "no-store");
    return response;
}

Route rowOf(const ApiParts& parts, ReadRequest read) {
    Route route;
    route.path = "/elements/{keyOrId}/oauth/url";
    route.area = "elements";
    // The page that is asked for is public, and so is what is put into its address.
    route.is_authentication_optional = true;
    route.subject = Subject::AnyInstance;
    route.parameters = {keyOrId()};
    route.answers = {{200, "The URL", schemaOf("OauthUrl")}};
    route.refusals = {501};
    route.handler = [&parts, read = std::move(read)](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(OauthUrlRequest given, read(call.request));
        return oauthUrl(parts, call, std::move(given));
    };
    return route;
}

}  // namespace

void addOauthUrlRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("OauthUrl", kOauthUrl);
    table.define("OauthUrlWrite", bodySchema());

    Route by_query = rowOf(parts, readOauthUrlQuery);
    by_query.method = "GET";
    by_query.operation_id = "getOauthUrl";
    by_query.summary =
        "Where a user consents; an Element token's instance fills in what is left out";
    for (const OauthUrlField& field : oauthUrlFields()) {
        by_query.parameters.push_back(
            {std::string(field.name), ParameterPlace::Query, std::string(field.description)}
        );
    }
    table.add(std::move(by_query));

    Route by_body =
        rowOf(parts, [](const http::Request& request) { return readOauthUrlBody(request.body); });
    by_body.method = "POST";
    by_body.operation_id = "makeOauthUrl";
    by_body.summary = "The same, with what a query should not hold in a body";
    by_body.body = schemaOf("OauthUrlWrite");
    table.add(std::move(by_body));
}

}  // namespace ferry::api
