#include "api/api.h"

#include "api/areas.h"
#include "api/connector_call.h"
#include "api/media_types.h"
#include "api/openapi.h"
#include "http/problem.h"
#include "model/trace_context.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>
#include <vector>

namespace ferry::api {
namespace {

constexpr std::string_view kOpenapiPath = "/openapi.json";
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

/// Browsers ask before a call of a script, without credentials: by itself such a question is no
/// call to a path that takes OPTIONS.
bool isPreflight(const http::Request& request) {
    return request.method == "OPTIONS" && request.headers.get("Origin") &&
           request.headers.get("Access-Control-Request-Method") &&
           !request.headers.get("Authorization");
}

/// What http::Router answers for a path without OPTIONS; http::Cors makes the answer of it.
http::Response preflightRefusal(
    const RouteTable& table, const Route& route, const http::Request& request
) {
    std::vector<std::string_view> methods;
    for (const Route& other : table.routes()) {
        if (other.path == route.path) methods.push_back(other.method);
    }
    http::Response refusal = http::problem(
        405, request.request_id, "scripts may call if api.cors_origins in ferry.yaml says so"
    );
    refusal.headers.add("Allow", fmt::format("{}", fmt::join(methods, ", ")));
    return refusal;
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
      in_flight_(parts_.limits.in_flight_max, kRetryAfter),
      async_(
          parts_,
          [this](const http::Request& request, InstanceId instance) {
              return answerLater(request, instance);
          }
      ),
      topics_(parts_) {
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
    addTopicNotificationRoutes(table_, parts_);
    addSubscriptionRoutes(table_, parts_, changes);
    addReplayRoutes(table_, parts_);
    addCursorRoutes(table_, parts_);
    addPluginRoutes(table_, parts_);
    addUsageRoutes(table_, parts_);
    addAccountRoutes(table_, parts_);
    addWebhookKeyRoutes(table_, parts_);
    ConnectorRoutes connector_routes(table_, parts_, async_);
    addPingRoute(table_, connector_routes, parts_);
    addDocumentRoutes(table_, connector_routes);
    addRevisionRoutes(table_, connector_routes);
    addProxyRoutes(connector_routes, parts_);
    addAsyncRoutes();
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
    if (isPreflight(request)) return preflightRefusal(table_, route, request);
    Call call{request, params, {}, std::nullopt};
    const TimePoint began = parts_.clock.now();
    auto result = callHandler(route, call);
    http::Response response =
        result ? std::move(*result) : refusalOf(route, request, result.error());
    note(route, call, began, response.status);
    return response;
}

/// Calls without a good key are left out: strangers could make as many as there is room for.
void Api::note(const Route& route, const Call& call, TimePoint began, int status) {
    if (call.caller.key_name.empty()) return;
    UsageEntry entry;
    entry.began_at = began;
    entry.took = std::chrono::duration_cast<Milliseconds>(parts_.clock.now() - began);
    entry.status = status;
    entry.request_id = call.request.request_id;
    entry.method = call.request.method;
    entry.path = call.request.path;
    entry.route = route.path;
    entry.peer = call.request.peer.substr(0, call.request.peer.rfind(':'));
    entry.key_name = call.caller.key_name;
    if (call.instance) {
        entry.instance = call.instance->id;
        entry.instance_name = call.instance->name;
        entry.connector_key = call.instance->connector_key;
    }
    parts_.usage->add(std::move(entry));
}

http::Response Api::refusalOf(
    const Route& route, const http::Request& request, const Error& error
) {
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

Result<http::Response> Api::callHandler(const Route& route, Call& call) {
    const http::Request& request = call.request;
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
    const Status found = findSubject(route, call);
    const auto instance = call.instance ? call.instance->id : InstanceId();
    const auto answer = [&]() -> Result<http::Response> {
        FERRY_TRY(found);
        return route.handler(call);
    };
    if (instance && parts_.trace_logging->isOn(instance, parts_.clock.now())) {
        return traced(route, call, answer);
    }
    FERRY_TRY_ASSIGN(http::Response response, answer());
    if (instance) {
        response.headers.add("Elements-Element-Instance-Id", std::to_string(instance.value));
    }
    return response;
}

/// The same with a line about it in the log, under the trace that the caller has begun or else a
/// new one, which the answer names.
http::Response Api::traced(
    const Route& route, const Call& call, const std::function<Result<http::Response>()>& answer
) {
    const InstanceId instance = call.theInstance().id;
    const auto given = call.request.headers.get("traceparent");
    const auto parent = given ? parseTraceparent(*given) : std::nullopt;
    const std::string trace = traceIdText(parent ? *parent : beginTrace(parts_.random));
    const TimePoint began = parts_.clock.now();
    auto result = answer();
    const auto took = std::chrono::duration_cast<Milliseconds>(parts_.clock.now() - began);
    http::Response response =
        result ? std::move(*result) : refusalOf(route, call.request, result.error());
    parts_.log.info(
        "api",
        "a call about an instance",
        {{"trace", trace},
         {"instance", instance.value},
         {"operation", route.operation_id},
         {"method", call.request.method},
         {"path", call.request.path},
         {"key", call.caller.key_name},
         {"status", std::int64_t{response.status}},
         {"ms", static_cast<std::int64_t>(took.count())},
         {"refusal", result ? std::string_view() : std::string_view(result.error().message)},
         {"request_id", call.request.request_id}}
    );
    response.headers.add("Elements-Trace-Id", trace);
    response.headers.add("Elements-Element-Instance-Id", std::to_string(instance.value));
    return response;
}

}  // namespace ferry::api
