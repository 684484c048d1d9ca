#pragma once
// What a caller says of getting the answer later: `Elements-Async-Request` and the callback.

#include "api/callback_egress.h"
#include "api/route.h"
#include "pipeline/instance_settings.h"

#include <string>

namespace ferry::api {

/// True if the caller wants the answer later.
bool isAsync(const http::Request& request);

/// Where the answer is to go. Errors: InvalidArgument, PermissionDenied.
Result<std::string> asyncCallbackUrl(
    const Call& call, const pipeline::InstanceSettings& settings, const CallbackReach& reach
);

/// Path and query as they were received.
std::string asyncTarget(const http::Request& request);

/// Adds to a row what callers may send to get the answer later, and what they get at once.
void describeAsync(Route& route);

}  // namespace ferry::api
