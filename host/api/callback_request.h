#pragma once
// Callbacks of the API's own: answers of asynchronous calls, and what callers send to topics. Pure.

#include "http/outbound.h"

#include <string>
#include <string_view>

namespace ferry::api {

/// Why `url` is no URL for callbacks, or "" if it is one. Whether policy lets them go there is
/// callback_egress's to say.
std::string_view callbackUrlProblem(std::string_view url) noexcept;

/// A POST of this JSON, with the limits of callbacks that say nothing.
http::OutboundRequest callbackRequest(std::string url, std::string json);

}  // namespace ferry::api
