#pragma once
// IP addresses and CIDR ranges as plain values, for the egress policy and its allow list.

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
    /// The IPv4 address that a packet to this one reaches in the end: of an IPv4-mapped
    /// (::ffff:0:0/96) or NAT64 (64:ff9b::/96) address. nullopt for all others.
    std::optional<IpAddress> embeddedV4() const;
    std::string toString() const;
    bool operator==(const IpAddress&) const = default;

  private:
    friend class IpNetwork;
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
    std::string toString() const;
    bool operator==(const IpNetwork&) const = default;

  private:
    IpAddress base_;
    unsigned prefix_bits_ = 0;
};

}  // namespace ferry
