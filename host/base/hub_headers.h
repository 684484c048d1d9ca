#pragma once
// Which headers of a callback are the hub's own.

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace ferry {

/// True for headers that the hub sets itself, or that would change how the request is read.
inline bool isHubHeader(std::string_view header) {
    constexpr std::array<std::string_view, 15> kNames = {
        "host",
        "accept-encoding",
        "keep-alive",
        "proxy-connection",
        "content-type",
        "content-length",
        "transfer-encoding",
        "connection",
        "expect",
        "upgrade",
        "te",
        "trailer",
        "user-agent",
        "ferry-redelivery",
        "traceparent",
    };
    const std::string name = lowerAscii(header);
    return name.starts_with("webhook-") || name.starts_with("elements-") ||
           name.starts_with("ce-") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace ferry
