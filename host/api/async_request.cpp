#include "api/async_request.h"

#include "api/callback_request.h"
#include "base/ascii.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

constexpr std::string_view kCallbackHeader = "Elements-Async-Callback-Url";

}  // namespace

bool isAsync(const http::Request& request) {
    const auto wish = request.headers.get("Elements-Async-Request");
    return wish && lowerAscii(std::string(*wish)) == "true";
}

Result<std::string> asyncCallbackUrl(
    const Call& call, const pipeline::InstanceSettings& settings, const CallbackReach& reach
) {
    const auto given = call.request.headers.get(kCallbackHeader);
    if (!given || given->empty()) {
        if (settings.callback_url.empty()) {
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format(
                    "there is no callback for the answer: give {}, or the instance an "
                    "event.notification.callback.url",
                    kCallbackHeader
                )
            );
        }
        if (settings.delivery.credentials || settings.delivery.asks_permission) {
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format(
                    "the instance's callback takes events alone, as it asks for an access token or "
                    "a permission: name another in {}",
                    kCallbackHeader
                )
            );
        }
        FERRY_TRY(checkCallbackReach(
            reach, "the instance's event.notification.callback.url", settings.callback_url
        ));
        return settings.callback_url;
    }
    // It makes the hub send requests to any address that callbacks may reach.
    if (call.caller.role < Role::Write) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format(
                "the API key '{}' may only read: leave {} out, and the answer goes to the "
                "instance's callback",
                call.caller.key_name,
                kCallbackHeader
            )
        );
    }
    const std::string_view problem = callbackUrlProblem(*given);
    if (!problem.empty()) {
        return fail(
            ErrorCode::InvalidArgument, fmt::format("{} is no URL: {}", kCallbackHeader, problem)
        );
    }
    FERRY_TRY(checkCallbackReach(reach, kCallbackHeader, *given));
    return std::string(*given);
}

std::string asyncTarget(const http::Request& request) {
    if (request.query.empty()) return request.raw_path;
    return request.raw_path + '?' + request.query;
}

void describeAsync(Route& route) {
    route.parameters.push_back(
        {"Elements-Async-Request",
         ParameterPlace::Header,
         "True: answered at once, and the answer itself goes to a callback"}
    );
    route.parameters.push_back(
        {"Elements-Async-Callback-Url",
         ParameterPlace::Header,
         "Where the answer goes then; left out: to the callback of the instance"}
    );
    for (Answer& answer : route.answers) {
        if (answer.status != 200) continue;
        answer.schema.json =
            fmt::format(R"({{"anyOf":[{},{}]}})", answer.schema.json, schemaOf("Dispatched").json);
    }
}

}  // namespace ferry::api
