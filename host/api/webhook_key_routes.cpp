// The public keys that verify an instance's callbacks, for receivers: they have no API key.

#include "api/areas.h"
#include "base/number_text.h"
#include "pipeline/callback_public_keys.h"

namespace ferry::api {
namespace {

constexpr std::string_view kMediaType = "application/jwk-set+json";
// So long a receiver may not know of a new key: rotations leave more time.
constexpr const char* kCacheControl = "public, max-age=300";

constexpr const char* kKeySet = R"json({
    "type": "object",
    "required": ["keys"],
    "properties": {
        "keys": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "description": "An Ed25519 key (RFC 8037)",
                "required": ["kty", "crv", "use", "alg", "kid", "x", "whpk"],
                "properties": {
                    "kty": {"const": "OKP"},
                    "crv": {"const": "Ed25519"},
                    "use": {"const": "sig"},
                    "alg": {"const": "EdDSA"},
                    "kid": {"type": "string", "description": "Its thumbprint (RFC 7638)"},
                    "x": {"type": "string", "description": "The key, base64url"},
                    "whpk": {"type": "string", "description": "The key as Standard Webhooks writes it"}
                },
                "additionalProperties": false
            }
        }
    },
    "additionalProperties": false
})json";

Result<http::Response> publicKeys(const ApiParts& parts, const Call& call) {
    const auto id = parseInteger(call.params.get("id"));
    std::string body;
    if (id && *id > 0) {
        const auto settings = parts.settings.get(InstanceId(*id));
        if (!settings && settings.error().code != ErrorCode::NotFound) {
            return fail(settings.error());
        }
        if (settings) {
            body = pipeline::renderPublicKeys((*settings)->signing_keys, parts.clock.wallNow());
        }
    }
    // In the same words for instances without such keys and for those that do not exist: whoever
    // asks need not be told which there are.
    if (body.empty()) return fail(ErrorCode::NotFound, "there are no public keys at this address");
    http::Response response;
    response.content_type = kMediaType;
    response.headers.add("Cache-Control", kCacheControl);
    response.body = std::move(body);
    return response;
}

}  // namespace

void addWebhookKeyRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("WebhookKeySet", kKeySet);
    Route route;
    route.method = "GET";
    route.path = "/instances/{id}/webhook-keys";
    route.operation_id = "getWebhookKeys";
    route.summary = "The public keys that verify the instance's callbacks (v1a), as a JWK Set";
    route.area = "instances";
    route.is_authentication_optional = true;
    route.parameters = {{"id", ParameterPlace::Path, "The number of the instance", "integer", true}
    };
    Answer answer{200, "The keys that sign now", schemaOf("WebhookKeySet")};
    answer.content_type = kMediaType;
    route.answers = {std::move(answer)};
    route.handler = [&parts](const Call& call) { return publicKeys(parts, call); };
    table.add(std::move(route));
}

}  // namespace ferry::api
