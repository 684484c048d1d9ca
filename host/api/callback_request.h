#pragma once
// Callbacks of the API's own: answers of asynchronous calls, and what callers send to topics. Pure.

#include "http/outbound.h"

#include <string>
#include <string_view>

namespace ferry::api {

/// Why callbacks can't go to `url`, or "" if they can. Whether policy lets them is seen when one is
/// sent.
std::string_view callbackUrlProblem(std::string_view url) noexcept;

/// A POST of this JSON, with the limits of callbacks that say nothing.
http::OutboundRequest callbackRequest(std::string url, std::string json);

}  // namespace ferry::api
