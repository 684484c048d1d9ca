#pragma once
// What the hub may connect to: a pure decision over scheme, port and address. CurlOutbound asks it
// with the URL before a request starts, and with the resolved address when a socket is opened.

#include "base/ip_network.h"
#include "base/result.h"
#include "http/outbound.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ferry::http {

/// Ports first to last, both included.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

/// What one class of traffic may reach.
struct EgressRules {
    /// Special ranges that may be reached all the same.
    std::vector<IpNetwork> allow_networks;
    std::vector<PortRange> ports;
    /// True: loopback, private and the like are fine without being listed (the targets come from
    /// the operator). What no HTTP server can sensibly have stays refused: unspecified,
    /// multicast, link-local and cloud metadata addresses.
    bool may_reach_private = false;
};

/// Immutable. Threads: any.
class EgressPolicy {
  public:
    EgressPolicy(EgressRules provider, EgressRules callback);

    /// The rules of the hub. Providers: any port, private ranges too. Callbacks: public
    /// addresses and `callback_networks`, ports 80, 443 and from 1024 on.
    static EgressPolicy standard(std::vector<IpNetwork> callback_networks);

    /// Errors: PermissionDenied, with the reason, if the URL alone is reason enough to refuse.
    Status checkUrl(Traffic traffic, std::string_view scheme, std::uint16_t port) const;

    /// Errors: PermissionDenied, naming address and range, if `address` may not be connected to: a
    /// special one, or one that leads to a special one (IpAddress::reachedAddresses).
    Status checkAddress(Traffic traffic, const IpAddress& address) const;

    /// Errors: PermissionDenied if `host`, as a URL has it, is an address (or a name that is always
    /// loopback, RFC 6761) that may not be connected to. Other names pass: for where nobody
    /// resolves them here.
    Status checkHost(Traffic traffic, std::string_view host) const;

    /// What stands against `address`: its own range or those that it leads to.
    std::vector<IpAddress> refusedAddresses(Traffic traffic, const IpAddress& address) const;

  private:
    const EgressRules& rulesOf(Traffic traffic) const noexcept {
        return traffic == Traffic::Provider ? provider_ : callback_;
    }

    EgressRules provider_;
    EgressRules callback_;
};

/// The address that a URL's host is by itself, without asking anybody: a literal, loopback for
/// localhost and the names below it (RFC 6761), or an IPv4 address in a form that resolvers still
/// take (inet_aton(3): decimal, octal, hexadecimal, fewer parts). nullopt for other names.
std::optional<IpAddress> addressOfHost(std::string_view host);

/// The name of the special-purpose range that `address`, or what it leads to, is in ("loopback");
/// empty if it is an ordinary public address. Source: IANA IPv4 and IPv6 Special-Purpose Address
/// Registries (RFC 6890 and its updates), IANA multicast and IPv6 address space registries.
std::string_view specialRangeName(const IpAddress& address);

}  // namespace ferry::http
