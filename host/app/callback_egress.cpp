#include "app/callback_egress.h"

#include "base/ip_network.h"
#include "base/number_text.h"
#include "http/outbound.h"

#include <fmt/format.h>

#include <string>

namespace ferry::app {

std::optional<config::ValueProblem> callbackRefusal(
    const http::EgressPolicy& policy, const config::UrlParts& url
) {
    const std::uint16_t usual = url.scheme == "https" ? 443 : 80;
    const auto port = parseInteger(url.port).value_or(usual);
    if (!policy.checkUrl(http::Traffic::Callback, url.scheme, static_cast<std::uint16_t>(port))) {
        return config::ValueProblem{
            fmt::format("callbacks to port {} will be refused", port),
            "ports for callbacks are 80, 443 and those from 1024 on"};
    }
    const auto address = http::addressOfHost(url.host);
    if (!address) return std::nullopt;
    const auto refused = policy.refusedAddresses(http::Traffic::Callback, *address);
    if (refused.empty()) {
        const bool is_name = url.host.find("localhost") != url.host.npos;
        if (is_name || IpAddress::parse(url.host)) return std::nullopt;
        return config::ValueProblem{
            fmt::format("the host {} is read as the address {}", url.host, address->toString()),
            fmt::format("write {}, or the name that is meant", address->toString())};
    }
    std::string networks;
    for (const IpAddress& one : refused)
        networks += (networks.empty() ? "" : ", ") + one.toString() + (one.isV4() ? "/32" : "/128");
    return config::ValueProblem{
        fmt::format(
            "callbacks to {} ({}) will be refused", url.host, http::specialRangeName(*address)
        ),
        fmt::format("if it is meant, add {} to delivery.allow_networks in ferry.yaml", networks)};
}

}  // namespace ferry::app
