#include "base/ip_network.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ferry {
namespace {

constexpr std::size_t kV4Bytes = 4;
constexpr std::size_t kV6Bytes = 16;

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    IpAddress address;
    const std::string terminated(text);
    if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
    if (::inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1) return address;
    address.is_v4_ = false;
    if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::fromSockaddr(const ::sockaddr& address) {
    IpAddress result;
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        std::memcpy(result.bytes_.data(), &v4.sin_addr, kV4Bytes);
        return result;
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        std::memcpy(result.bytes_.data(), &v6.sin6_addr, kV6Bytes);
        result.is_v4_ = false;
        return result;
    }
    return std::nullopt;
}

bool IpAddress::startsWith(std::initializer_list<std::uint8_t> prefix) const noexcept {
    return !is_v4_ && std::equal(prefix.begin(), prefix.end(), bytes_.begin());
}

IpAddress IpAddress::inside(std::array<std::size_t, 4> places, std::uint8_t mask) const noexcept {
    IpAddress inner;
    for (std::size_t i = 0; i < places.size(); ++i)
        inner.bytes_[i] = bytes_[places[i]] ^ mask;
    return inner;
}

std::vector<IpAddress> IpAddress::reachedAddresses() const {
    static constexpr std::array<std::size_t, 4> kLast = {12, 13, 14, 15};
    const bool is_mapped = startsWith({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff});
    const bool is_nat64 = startsWith({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
    if (is_mapped || is_nat64) return {inside(kLast)};
    std::vector<IpAddress> reached = {*this};
    if (startsWith({0, 0x64, 0xff, 0x9b, 0, 1})) addLocalNat64(reached);
    if (startsWith({0x20, 0x02})) reached.push_back(inside({2, 3, 4, 5}));
    if (startsWith({0x20, 0x01, 0, 0})) {
        reached.push_back(inside({4, 5, 6, 7}));
        reached.push_back(inside(kLast, 0xff));
    }
    return reached;
}

/// Where the address is depends on the length of a prefix that only its network knows (RFC 6052,
/// 2.2). What follows the address is zero, which leaves few of the places.
void IpAddress::addLocalNat64(std::vector<IpAddress>& reached) const {
    const auto isZeroFrom = [this](std::size_t first) {
        const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(first);
        return std::all_of(begin, bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
    };
    if (!isZeroFrom(13)) {
        reached.push_back(inside({12, 13, 14, 15}));
        return;
    }
    reached.push_back(inside({9, 10, 11, 12}));
    if (isZeroFrom(12)) reached.push_back(inside({7, 9, 10, 11}));
    if (isZeroFrom(11)) reached.push_back(inside({6, 7, 9, 10}));
}

std::string IpAddress::toString() const {
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
    return text;
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto wrong = [&](std::string_view why) {
        return fail(ErrorCode::InvalidArgument, fmt::format("network \"{}\": {}", text, why));
    };
    const std::size_t slash = text.find('/');
    const auto base = IpAddress::parse(text.substr(0, slash));
    if (!base) return wrong("not an IP address; write it as 10.0.0.0/8 or fd00::/8");
    IpNetwork network;
    network.base_ = *base;
    const unsigned bits_max = base->is_v4_ ? 32 : 128;
    network.prefix_bits_ = bits_max;
    if (slash == std::string_view::npos) return network;
    const std::string_view digits = text.substr(slash + 1);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, network.prefix_bits_);
    if (error != std::errc() || stop != end || network.prefix_bits_ > bits_max) {
        return wrong(fmt::format("the prefix length is not a number up to {}", bits_max));
    }
    IpAddress masked = *base;
    for (unsigned bit = network.prefix_bits_; bit < bits_max; ++bit) {
        masked.bytes_[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    }
    if (masked != *base) {
        network.base_ = masked;
        return wrong(fmt::format("bits behind the prefix are set; is {} meant?", network.toString())
        );
    }
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const noexcept {
    if (address.is_v4_ != base_.is_v4_) return false;
    const unsigned whole = prefix_bits_ / 8;
    if (std::memcmp(address.bytes_.data(), base_.bytes_.data(), whole) != 0) return false;
    const unsigned rest = prefix_bits_ % 8;
    if (rest == 0) return true;
    return ((address.bytes_[whole] ^ base_.bytes_[whole]) >> (8 - rest)) == 0;
}

std::string IpNetwork::toString() const {
    return fmt::format("{}/{}", base_.toString(), prefix_bits_);
}

}  // namespace ferry
