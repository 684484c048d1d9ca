#pragma once
// IP addresses and CIDR ranges as plain values, for the egress policy and its allow list.

#include "base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace ferry {

/// An IPv4 or IPv6 address.
class IpAddress {
  public:
    /// nullopt for anything but a plain literal ("10.0.0.1", "::1"; no port, zone or brackets).
    static std::optional<IpAddress> parse(std::string_view text);
    /// nullopt for another family (a Unix socket).
    static std::optional<IpAddress> fromSockaddr(const ::sockaddr& address);

    bool isV4() const noexcept { return is_v4_; }
    /// All addresses that a packet to this one may reach, as far as the address itself tells: those
    /// inside an IPv4-mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96) one, in place of it; beside it
    /// those inside a local NAT64 (64:ff9b:1::/48, in each of the places that RFC 6052 has for
    /// them), 6to4 (2002::/16) and Teredo (2001::/32, server and client) one. Otherwise it alone.
    std::vector<IpAddress> reachedAddresses() const;
    std::string toString() const;
    bool operator==(const IpAddress&) const = default;

  private:
    friend class IpNetwork;
    bool startsWith(std::initializer_list<std::uint8_t> prefix) const noexcept;
    /// The IPv4 address in these bytes, each of them turned by `mask`.
    IpAddress inside(std::array<std::size_t, 4> places, std::uint8_t mask = 0) const noexcept;
    void addLocalNat64(std::vector<IpAddress>& reached) const;
    std::array<std::uint8_t, 16> bytes_{};  ///< IPv4: the first four
    bool is_v4_ = true;
};

/// A range of addresses.
class IpNetwork {
  public:
    /// Reads "10.0.0.0/8", "fd00::/8", or an address alone. Errors: InvalidArgument, with the
    /// text, for anything else, also if bits behind the prefix are set.
    static Result<IpNetwork> parse(std::string_view text);

    bool contains(const IpAddress& address) const noexcept;
    /// All addresses of IPv4, or all of IPv6.
    bool isEverything() const noexcept { return prefix_bits_ == 0; }
    std::string toString() const;
    bool operator==(const IpNetwork&) const = default;

  private:
    IpAddress base_;
    unsigned prefix_bits_ = 0;
};

}  // namespace ferry
