#include "api/api.h"

#include "api/areas.h"
#include "api/connector_call.h"
#include "api/element_id.h"
#include "api/media_types.h"
#include "api/openapi.h"
#include "base/number_text.h"
#include "http/problem.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::api {
namespace {

constexpr std::string_view kOpenapiPath = "/openapi.json";
constexpr std::string_view kHubPrefix = "/hubs/{hub}";
/// After which a request is worth another try that found too many others under way.
constexpr Milliseconds kRetryAfter{1'000};
/// All callers without a key share the rate of one.
constexpr std::string_view kNoKey = "(none)";
/// Keys that were not good before may be tried so often, by all callers together: nobody mistypes
/// faster, and a program that guesses gets nowhere.
constexpr RequestRateOptions kGuessRate{10, 100};

/// 406 for a caller who does not take what the route gives, 415 for a body in another form than
/// the route takes. Where there is no body there is nothing wrong with its form.
std::optional<http::Response> refuseForms(const Route& route, const http::Request& request) {
    const auto refuse = [&](int status, std::string_view message) {
        return http::problem(status, request.request_id, message);
    };
    if (answersJsonAlone(route) && !takesJson(request.headers)) {
        return refuse(406, "the answer is JSON, and the header Accept leaves that out");
    }
    const bool has_other_form =
        route.body && !request.body.empty() &&
        !isJson(request.headers.get("Content-Type").value_or(std::string_view()));
    if (!has_other_form) return std::nullopt;
    return refuse(415, "the body must be JSON: send 'Content-Type: application/json'");
}

bool hasParameter(const Route& route, std::string_view pattern) {
    return route.path.find(pattern) != std::string::npos;
}

}  // namespace

Api::Api(ApiParts parts)
    : parts_(std::move(parts)),
      authenticator_(
          parts_.keys,
          parts_.key,
          parts_.clock,
          parts_.log,
          {parts_.user_secret, parts_.organization_secret, parts_.command_secret}
      ),
      rate_(parts_.clock, parts_.limits.key_rate),
      guesses_(parts_.clock, kGuessRate),
      in_flight_(parts_.limits.in_flight_max, kRetryAfter) {
    addMetrics();
    const auto changes = std::make_shared<InstanceChanges>(parts_);
    addServiceRoutes(table_, parts_);
    const auto login = [this](std::string_view name, const Secret& key) {
        return logIn(name, key);
    };
    addAuthenticationRoutes(table_, login, authenticator_.organizationSecret());
    addElementRoutes(table_, parts_);
    addOauthUrlRoutes(table_, parts_);
    addInstanceRoutes(table_, parts_, changes);
    addInstanceDescriptionRoutes(table_, parts_);
    addEventRoutes(table_, parts_);
    addAnalyticsRoutes(table_, parts_);
    addDeliveryRoutes(table_, parts_);
    addNotificationRoutes(table_, parts_);
    addSubscriptionRoutes(table_, parts_, changes);
    addReplayRoutes(table_, parts_);
    addCursorRoutes(table_, parts_);
    addWebhookKeyRoutes(table_, parts_);
    ConnectorRoutes connector_routes(table_, parts_);
    addPingRoute(table_, connector_routes, parts_);
    addDocumentRoutes(table_, connector_routes);
    addProxyRoutes(connector_routes, parts_);
    openapi_ = openapiDocument(table_, parts_.public_url);
}

void Api::addMetrics() {
    parts_.metrics.counterFrom(
        "ferry_api_requests_limited_total",
        "API requests answered 429 because their key asks too often",
        [this] { return static_cast<double>(rate_.refusedTotal()); }
    );
    parts_.metrics.counterFrom(
        "ferry_api_wrong_keys_limited_total",
        "API requests answered 429 because too many keys were wrong",
        [this] { return static_cast<double>(guesses_.refusedTotal()); }
    );
    parts_.metrics.gauge("ferry_api_requests", "API requests being answered now", [this] {
        return static_cast<double>(in_flight_.inFlight());
    });
    parts_.metrics.counterFrom(
        "ferry_api_requests_shed_total",
        "API requests answered 503 because too many were under way",
        [this] { return static_cast<double>(in_flight_.shedTotal()); }
    );
}

void Api::addTo(http::Router& router) {
    for (const Route& route : table_.routes()) {
        const auto handler = [this,
                              &route](const http::Request& request, const http::Params& params) {
            const auto next = [&](const http::Request& admitted) {
                return answer(route, admitted, params);
            };
            return in_flight_.wrap(next)(request);
        };
        const auto body = route.streams_body ? http::BodyMode::Streamed : http::BodyMode::Whole;
        router.add(route.method, std::string(kBasePath) + route.path, handler, body);
        if (!route.is_hub_resource) continue;
        router.add(
            route.method,
            std::string(kBasePath) + std::string(kHubPrefix) + route.path,
            handler,
            body
        );
    }
    // Not a row: a document that lists itself would say nothing.
    router.add(
        "GET",
        std::string(kBasePath) + std::string(kOpenapiPath),
        [this](const http::Request&, const http::Params&) {
            http::Response response;
            response.body = openapi_;
            return response;
        }
    );
}

http::Response Api::answer(
    const Route& route, const http::Request& request, const http::Params& params
) {
    auto response = callHandler(route, request, params);
    if (response) return std::move(*response);
    const Error& error = response.error();
    http::Response refusal = http::problem(error, request.request_id);
    if (refusal.status == 401) refusal.headers.add("WWW-Authenticate", "Bearer realm=\"ferry\"");
    if (refusal.status == 500) {
        parts_.log.error(
            "api",
            "a call failed",
            {{"operation", route.operation_id},
             {"request_id", request.request_id},
             {"error", error.message}}
        );
    }
    return refusal;
}

Result<http::Response> Api::callHandler(
    const Route& route, const http::Request& request, const http::Params& params
) {
    Call call{request, params, {}, std::nullopt};
    // A header that is wrong is refused also where none is needed: its sender means to be somebody.
    const bool is_anonymous =
        route.is_authentication_optional && !request.headers.get("Authorization");
    if (is_anonymous) FERRY_TRY(rate_.admit(kNoKey));
    if (route.role != Role::None && !is_anonymous) {
        FERRY_TRY_ASSIGN(call.caller, authenticate(request));
        FERRY_TRY(rate_.admit(call.caller.key_name));
        if (call.caller.role < route.role) {
            return fail(
                ErrorCode::PermissionDenied,
                fmt::format(
                    "the API key '{}' may only {}",
                    call.caller.key_name,
                    apiRoleName(call.caller.role)
                )
            );
        }
    }
    if (auto refusal = refuseForms(route, request)) return std::move(*refusal);
    FERRY_TRY(findSubject(route, call));
    const auto instance = call.instance ? call.instance->id : InstanceId();
    FERRY_TRY_ASSIGN(http::Response response, route.handler(call));
    if (instance) {
        response.headers.add("Elements-Element-Instance-Id", std::to_string(instance.value));
    }
    return response;
}

Result<Caller> Api::authenticate(const http::Request& request) {
    Result<Caller> caller = authenticator_.authenticate(request);
    const bool is_try = request.headers.get("Authorization").has_value();
    return is_try ? admitted(std::move(caller)) : caller;
}

Result<Caller> Api::logIn(std::string_view name, const Secret& key) {
    FERRY_TRY_ASSIGN(Caller caller, admitted(authenticator_.logIn(name, key)));
    FERRY_TRY(rate_.admit(caller.key_name));
    return caller;
}

/// A key that is right is not told from a wrong one while there are too many tries, or the answers
/// would be as good as before for who guesses. One that was good since the hub began is let through
/// at any time.
Result<Caller> Api::admitted(Result<Caller> caller) {
    if (caller) {
        const std::lock_guard lock(good_keys_mutex_);
        if (good_keys_.contains(caller->key_name)) return caller;
    }
    if (const Status admitted = guesses_.admit("wrong"); !admitted) {
        return fail(Error(
            ErrorCode::RateLimited,
            "too many keys were wrong: try again later",
            admitted.error().retry_after
        ));
    }
    if (caller) {
        const std::lock_guard lock(good_keys_mutex_);
        good_keys_.insert(caller->key_name);
    }
    return caller;
}

Status Api::findSubject(const Route& route, Call& call) {
    if (route.subject == Subject::None) return {};
    const bool is_in_path = hasParameter(route, "{id}");
    if (is_in_path) {
        FERRY_TRY_ASSIGN(
            call.instance, instanceOfPath(call.params, hasParameter(route, "{keyOrId}"))
        );
    } else if (call.caller.element) {
        FERRY_TRY_ASSIGN(call.instance, parts_.store.instances().find(*call.caller.element));
        if (!call.instance) {
            return fail(ErrorCode::Unauthenticated, "the instance of the Element token is gone");
        }
        const bool is_elsewhere =
            route.subject == Subject::Instance && hasParameter(route, "{keyOrId}") &&
            !isElement(call.params.get("keyOrId"), call.instance->connector_key);
        if (is_elsewhere) {
            return fail(
                ErrorCode::NotFound,
                fmt::format(
                    "the Element token is of an instance of '{}', which is not in this path",
                    call.instance->connector_key
                )
            );
        }
    } else if (route.subject != Subject::AnyInstance) {
        return fail(
            ErrorCode::Unauthenticated,
            "the Authorization header lacks 'Element <token>': it says which instance is meant"
        );
    }
    if (route.subject == Subject::Account && call.instance->state == InstanceState::Disabled) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format(
                "instance {} is disabled: enable it with PUT {}/instances/{}/enabled",
                call.instance->id.value,
                kBasePath,
                call.instance->id.value
            )
        );
    }
    return {};
}

Result<std::optional<Instance>> Api::instanceOfPath(
    const http::Params& params, bool has_connector
) {
    const std::string& text = params.get("id");
    const auto number = parseInteger(text);
    const bool is_number = number && *number > 0;
    std::optional<Instance> found;
    if (is_number) {
        FERRY_TRY_ASSIGN(found, parts_.store.instances().find(InstanceId(*number)));
    }
    if (found && has_connector && !isElement(params.get("keyOrId"), found->connector_key)) {
        found.reset();
    }
    if (!found) {
        return fail(
            ErrorCode::NotFound,
            is_number ? fmt::format("there is no instance {}", *number)
                      : "there is no such instance: its id is a number"
        );
    }
    return found;
}

}  // namespace ferry::api
