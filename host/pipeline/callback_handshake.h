#pragma once
// What the headers of the abuse protection say. Pure. Source: CloudEvents, "HTTP 1.1 Web Hooks for
// Event Delivery" 1.0.2, 4.

#include "base/result.h"
#include "http/outbound.h"
#include "pipeline/delivery_settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::pipeline {

inline constexpr std::string_view kRequestOriginHeader = "WebHook-Request-Origin";

/// Of callbacks in a minute; 0: any number.
struct PermissionGrant {
    std::int64_t asked = 0;
    std::int64_t allowed = 0;
};

/// The host of an absolute URL, as WebHook-Request-Origin has it: without port and brackets.
std::string originOf(std::string_view public_url);

/// What an instance may send in a minute; at least 1, 0 if it has no limit.
std::int64_t ratePerMinute(const DeliverySettings& settings);

/// Value of WebHook-Allowed-Rate: "*" is 0; nullopt for what is neither that nor a positive number.
std::optional<std::int64_t> readAllowedRate(std::string_view text);

/// What the answer to OPTIONS grants. Errors: PermissionDenied with the reason, for people; status
/// alone grants nothing, and if a rate was `asked` for, one has to be allowed.
Result<PermissionGrant> readPermission(
    const http::OutboundResponse& response, std::string_view origin, std::int64_t asked
);

}  // namespace ferry::pipeline
