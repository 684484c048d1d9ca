#include "api/callback_egress.h"

#include "base/ip_network.h"
#include "base/number_text.h"
#include "config/hub_parameters.h"
#include "config/own_address.h"
#include "http/outbound.h"

#include <fmt/format.h>

namespace ferry::api {
namespace {

constexpr std::string_view kEnabled = "event.notification.enabled";

std::string refusalText(std::string_view label, const config::ValueProblem& refusal) {
    return fmt::format("{}: {} ({})", label, refusal.message, refusal.suggestion);
}

}  // namespace

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
    if (refused.empty()) return std::nullopt;
    std::string networks;
    for (const IpAddress& one : refused)
        networks += (networks.empty() ? "" : ", ") + one.toString() + (one.isV4() ? "/32" : "/128");
    return config::ValueProblem{
        fmt::format(
            "callbacks to {} ({}) will be refused", url.host, http::specialRangeName(*address)
        ),
        fmt::format("if it is meant, add {} to delivery.allow_networks in ferry.yaml", networks)};
}

std::optional<config::ValueProblem> callbackDoubt(
    const http::EgressPolicy& policy, const config::UrlParts& url
) {
    if (auto refusal = callbackRefusal(policy, url)) return refusal;
    const auto address = http::addressOfHost(url.host);
    const bool is_name = url.host.find("localhost") != url.host.npos;
    if (!address || is_name || IpAddress::parse(url.host)) return std::nullopt;
    return config::ValueProblem{
        fmt::format("the host {} is read as the address {}", url.host, address->toString()),
        fmt::format("write {}, or the name that is meant", address->toString())};
}

Status checkCallbackReach(
    const CallbackReach& reach, std::string_view label, std::string_view url
) {
    config::UrlParts parts;
    if (!config::checkUrl(url, parts).empty()) return {};
    if (const auto own = config::ownCallbackProblem(url, reach.public_url)) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("{} {} ({})", label, own->message, own->suggestion)
        );
    }
    const auto refusal = callbackRefusal(reach.policy, parts);
    if (!refusal) return {};
    return fail(ErrorCode::InvalidArgument, refusalText(label, *refusal));
}

std::vector<std::string> refusedCallbacks(
    const CallbackReach& reach,
    const pipeline::Configuration& before,
    const pipeline::Configuration& after
) {
    std::vector<std::string> problems;
    if (pipeline::valueOf(after, kEnabled) != "true") return problems;
    const bool was_enabled = pipeline::valueOf(before, kEnabled) == "true";
    for (const std::string_view key : config::kCallbackUrlKeys) {
        const std::string_view url = pipeline::valueOf(after, key);
        if (was_enabled && url == pipeline::valueOf(before, key)) continue;
        const Status checked = checkCallbackReach(reach, fmt::format("'{}'", key), url);
        if (!checked) problems.push_back(checked.error().message);
    }
    return problems;
}

}  // namespace ferry::api
