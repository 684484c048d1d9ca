#include "app/callback_egress.h"

#include "base/ascii.h"
#include "base/ip_network.h"
#include "http/outbound.h"

#include <fmt/format.h>

#include <string>

namespace ferry::app {

namespace {

/// RFC 6761: these names are loopback wherever they are resolved.
bool isLocalhost(std::string_view host) {
    const std::string lower = lowerAscii(host);
    return lower == "localhost" || lower.ends_with(".localhost");
}

}  // namespace

std::optional<config::ValueProblem> callbackRefusal(
    const http::EgressPolicy& policy, const config::UrlParts& url
) {
    const auto address = IpAddress::parse(isLocalhost(url.host) ? "127.0.0.1" : url.host);
    if (!address || policy.checkAddress(http::Traffic::Callback, *address)) return std::nullopt;
    return config::ValueProblem{
        fmt::format(
            "callbacks to {} ({}) will be refused", url.host, http::specialRangeName(*address)
        ),
        fmt::format(
            "if it is meant, add {}/{} to delivery.allow_networks in ferry.yaml",
            address->toString(),
            address->isV4() ? 32 : 128
        )
    };
}

}  // namespace ferry::app
