#include "base/ip_network.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

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

std::optional<IpAddress> IpAddress::embeddedV4() const {
    static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static constexpr std::uint8_t kNat64[12] = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    if (is_v4_) return std::nullopt;
    if (std::memcmp(bytes_.data(), kMapped, sizeof kMapped) != 0 &&
        std::memcmp(bytes_.data(), kNat64, sizeof kNat64) != 0) {
        return std::nullopt;
    }
    IpAddress inner;
    std::memcpy(inner.bytes_.data(), bytes_.data() + sizeof kMapped, kV4Bytes);
    return inner;
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
