#include "http/egress_policy.h"

#include "base/ascii.h"
#include "base/check.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace ferry::http {
namespace {

/// Who may reach a special range without it being listed.
enum class Reach : std::uint8_t {
    Operator,  ///< targets that the operator chose
    Nobody,
};

struct SpecialRange {
    IpNetwork network;
    std::string_view name;
    Reach reach;
};

IpNetwork literal(std::string_view text) {
    const auto network = IpNetwork::parse(text);
    FERRY_CHECK(network.has_value(), "bad network in the table");
    return *network;
}

/// Built once and never changed. Source: the RFCs that define the ranges (6890, 6598, 5737, 3849,
/// 6052, 8215, 3056, 4380, 9637, 9780 and the multicast RFCs). What the registries call globally
/// reachable in them (AS112, AMT, anycast of PCP and TURN, ORCHID) has no web servers either.
/// Narrow ranges stand before those that hold them: the first match names the address.
const std::vector<SpecialRange>& specialRanges() {
    static const std::vector<SpecialRange> kRanges = {
        {literal("0.0.0.0/8"), "this network", Reach::Nobody},
        {literal("10.0.0.0/8"), "private use", Reach::Operator},
        // Alibaba's metadata service lives in the shared range, Oracle's old one in 192.0.0/24,
        // Azure's on an address that looks public.
        {literal("100.100.100.200/32"), "cloud metadata", Reach::Nobody},
        {literal("168.63.129.16/32"), "cloud metadata", Reach::Nobody},
        {literal("192.0.0.192/32"), "cloud metadata", Reach::Nobody},
        {literal("100.64.0.0/10"), "shared address space", Reach::Operator},
        {literal("127.0.0.0/8"), "loopback", Reach::Operator},
        {literal("169.254.0.0/16"), "link local", Reach::Nobody},
        {literal("172.16.0.0/12"), "private use", Reach::Operator},
        {literal("192.0.0.0/24"), "protocol assignments", Reach::Operator},
        {literal("192.0.2.0/24"), "documentation", Reach::Operator},
        {literal("192.31.196.0/24"), "AS112", Reach::Operator},
        {literal("192.52.193.0/24"), "AMT", Reach::Operator},
        {literal("192.88.99.0/24"), "6to4 relay anycast", Reach::Operator},
        {literal("192.168.0.0/16"), "private use", Reach::Operator},
        {literal("192.175.48.0/24"), "AS112", Reach::Operator},
        {literal("198.18.0.0/15"), "benchmarking", Reach::Operator},
        {literal("198.51.100.0/24"), "documentation", Reach::Operator},
        {literal("203.0.113.0/24"), "documentation", Reach::Operator},
        {literal("224.0.0.0/4"), "multicast", Reach::Nobody},
        {literal("255.255.255.255/32"), "broadcast", Reach::Nobody},
        {literal("240.0.0.0/4"), "reserved", Reach::Nobody},

        {literal("::/128"), "unspecified", Reach::Nobody},
        {literal("::1/128"), "loopback", Reach::Operator},
        {literal("::/96"), "IPv4-compatible", Reach::Nobody},
        {literal("::ffff:0:0:0/96"), "IPv4-translated", Reach::Nobody},
        {literal("64:ff9b:1::/48"), "local NAT64", Reach::Operator},
        {literal("100::/64"), "discard only", Reach::Nobody},
        {literal("100:0:0:1::/64"), "dummy prefix", Reach::Nobody},
        {literal("2001::/32"), "Teredo", Reach::Nobody},
        {literal("2001::/23"), "protocol assignments", Reach::Nobody},
        {literal("2001:db8::/32"), "documentation", Reach::Operator},
        {literal("2002::/16"), "6to4", Reach::Nobody},
        {literal("2620:4f:8000::/48"), "AS112", Reach::Operator},
        {literal("3fff::/20"), "documentation", Reach::Operator},
        {literal("5f00::/16"), "segment routing", Reach::Operator},
        // The metadata services of AWS and Google in the unique-local range.
        {literal("fd00:ec2::254/128"), "cloud metadata", Reach::Nobody},
        {literal("fd20:ce::254/128"), "cloud metadata", Reach::Nobody},
        {literal("fc00::/7"), "unique local", Reach::Operator},
        {literal("fe80::/10"), "link local", Reach::Nobody},
        {literal("fec0::/10"), "site local", Reach::Operator},
        {literal("ff00::/8"), "multicast", Reach::Nobody},
        // Only 2000::/3 is assigned for global unicast; the rest has no public servers.
        {literal("::/3"), "not global unicast", Reach::Nobody},
        {literal("4000::/2"), "not global unicast", Reach::Nobody},
        {literal("8000::/1"), "not global unicast", Reach::Nobody},
    };
    return kRanges;
}

const SpecialRange* findSpecial(const IpAddress& address) {
    const auto& ranges = specialRanges();
    const auto found = std::find_if(ranges.begin(), ranges.end(), [&](const SpecialRange& range) {
        return range.network.contains(address);
    });
    return found == ranges.end() ? nullptr : &*found;
}

bool isIn(const std::vector<IpNetwork>& networks, const IpAddress& address) {
    return std::any_of(networks.begin(), networks.end(), [&](const IpNetwork& network) {
        return network.contains(address);
    });
}

}  // namespace

EgressPolicy::EgressPolicy(EgressRules provider, EgressRules callback)
    : provider_(std::move(provider)), callback_(std::move(callback)) {}

EgressPolicy EgressPolicy::standard(std::vector<IpNetwork> callback_networks) {
    EgressRules provider;
    provider.ports = {{1, 65535}};
    provider.may_reach_private = true;
    EgressRules callback;
    callback.allow_networks = std::move(callback_networks);
    callback.ports = {{80, 80}, {443, 443}, {1024, 65535}};
    return {std::move(provider), std::move(callback)};
}

Status EgressPolicy::checkUrl(Traffic traffic, std::string_view scheme, std::uint16_t port) const {
    if (scheme != "http" && scheme != "https") {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format("scheme \"{}\" is refused: only http and https are sent", scheme)
        );
    }
    const auto& ports = rulesOf(traffic).ports;
    const bool is_listed = std::any_of(ports.begin(), ports.end(), [port](PortRange range) {
        return range.first <= port && port <= range.last;
    });
    if (is_listed) return {};
    std::string listed;
    for (const PortRange range : ports) {
        listed += listed.empty() ? "" : ", ";
        listed += range.first == range.last ? std::to_string(range.first)
                                            : fmt::format("{} to {}", range.first, range.last);
    }
    return fail(
        ErrorCode::PermissionDenied,
        fmt::format("port {} is refused: only {} are reached", port, listed)
    );
}

std::vector<IpAddress> EgressPolicy::refusedAddresses(Traffic traffic, const IpAddress& address)
    const {
    const EgressRules& rules = rulesOf(traffic);
    std::vector<IpAddress> refused;
    for (const IpAddress& reached : address.reachedAddresses()) {
        if (isIn(rules.allow_networks, reached)) continue;
        const SpecialRange* special = findSpecial(reached);
        if (special == nullptr) continue;
        if (rules.may_reach_private && special->reach == Reach::Operator) continue;
        refused.push_back(reached);
    }
    return refused;
}

Status EgressPolicy::checkAddress(Traffic traffic, const IpAddress& address) const {
    const auto refused = refusedAddresses(traffic, address);
    if (refused.empty()) return {};
    const IpAddress& reason = refused.front();
    const std::string leads = reason == address ? "" : ", leads to " + reason.toString();
    return fail(
        ErrorCode::PermissionDenied,
        fmt::format(
            "address {} ({}{}) is refused{}",
            address.toString(),
            findSpecial(reason)->name,
            leads,
            traffic == Traffic::Callback ? "; delivery.allow_networks lets private networks in" : ""
        )
    );
}

Status EgressPolicy::checkHost(Traffic traffic, std::string_view host) const {
    const auto address = addressOfHost(host);
    return address ? checkAddress(traffic, *address) : Status();
}

std::optional<IpAddress> addressOfHost(std::string_view host) {
    std::string name = lowerAscii(host);
    if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    if (name.ends_with('.')) name.pop_back();
    const bool is_loopback = name == "localhost" || name.ends_with(".localhost");
    if (is_loopback) return IpAddress::parse("127.0.0.1");
    const auto literal = IpAddress::parse(name);
    if (literal || name.find_first_not_of("0123456789abcdefx.") != name.npos) return literal;
    // What resolvers take for an address as well: 2130706433, 0x7f.1, 0177.0.0.1.
    ::in_addr legacy{};
    if (::inet_aton(name.c_str(), &legacy) == 0) return std::nullopt;
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &legacy, text.data(), text.size());
    return IpAddress::parse(text.data());
}

std::string_view specialRangeName(const IpAddress& address) {
    for (const IpAddress& reached : address.reachedAddresses()) {
        if (const SpecialRange* special = findSpecial(reached)) return special->name;
    }
    return {};
}

}  // namespace ferry::http
