// Calls that are answered later: the same rows, for who was let in when he asked.

#include "api/api.h"
#include "http/problem.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

/// Which instance a call is for. Requests that have it are made here, and never received.
constexpr std::string_view kInstanceHeader = "Ferry-Instance";

}  // namespace

void Api::addAsyncRoutes() {
    for (const Route& route : table_.routes()) {
        if (!route.is_hub_resource || route.method != "GET" || !answersJsonAlone(route)) continue;
        const auto handler = [this, &route](
                                 const http::Request& request, const http::Params& params
                             ) -> http::Response {
            Call call{request, params, {}, std::nullopt};
            const auto id = request.headers.get(kInstanceHeader).value_or("");
            auto found = parts_.store.instances().find(InstanceId(std::stoll(std::string(id))));
            if (!found) return refusalOf(route, request, found.error());
            if (!*found) {
                return http::problem(404, request.request_id, "the instance was removed");
            }
            call.instance = std::move(*found);
            if (const Status allowed = checkEnabled(route, call); !allowed)
                return refusalOf(route, request, allowed.error());
            auto result = route.handler(call);
            return result ? std::move(*result) : refusalOf(route, request, result.error());
        };
        async_routes_.add(route.method, std::string(kBasePath) + route.path, handler);
        async_routes_.add(
            route.method, std::string(kBasePath) + std::string(kHubPrefix) + route.path, handler
        );
    }
}

http::Response Api::answerLater(const http::Request& request, InstanceId instance) {
    http::Request meant = request;
    meant.headers.add(std::string(kInstanceHeader), std::to_string(instance.value));
    return async_routes_.handle(meant);
}

}  // namespace ferry::api
