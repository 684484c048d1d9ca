// Goal: callbacks reach nothing that the IANA registries set aside, to the last address, and
// everything beside it. Method: each row of the registries with its first and last address and the
// two just outside, which are judged by the rows alone.
//
// Sources: IANA IPv4 Special-Purpose Address Registry, IANA IPv6 Special-Purpose Address Registry,
// IPv4 Multicast Address Space, IPv6 address space (RFC 4291: 2000::/3 is global unicast).

#include "http/egress_policy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace ferry::http {
namespace {

struct Row {
    const char* base;
    unsigned prefix_bits;
};

/// Rows that the registry calls globally reachable (AS112, AMT, anycast addresses, ORCHIDv2, DRIP)
/// among them: no web server has these addresses.
constexpr Row kV4[] = {
    {"0.0.0.0", 8},       {"0.0.0.0", 32},         {"10.0.0.0", 8},      {"100.64.0.0", 10},
    {"127.0.0.0", 8},     {"169.254.0.0", 16},     {"172.16.0.0", 12},   {"192.0.0.0", 24},
    {"192.0.0.0", 29},    {"192.0.0.8", 32},       {"192.0.0.9", 32},    {"192.0.0.10", 32},
    {"192.0.0.170", 32},  {"192.0.0.171", 32},     {"192.0.2.0", 24},    {"192.31.196.0", 24},
    {"192.52.193.0", 24}, {"192.88.99.0", 24},     {"192.88.99.2", 32},  {"192.168.0.0", 16},
    {"192.175.48.0", 24}, {"198.18.0.0", 15},      {"198.51.100.0", 24}, {"203.0.113.0", 24},
    {"240.0.0.0", 4},     {"255.255.255.255", 32}, {"224.0.0.0", 4},
};

constexpr Row kV6[] = {
    {"::1", 128},         {"::", 128},        {"64:ff9b:1::", 48},    {"100::", 64},
    {"100:0:0:1::", 64},  {"2001::", 23},     {"2001::", 32},         {"2001:1::1", 128},
    {"2001:1::2", 128},   {"2001:1::3", 128}, {"2001:2::", 48},       {"2001:3::", 32},
    {"2001:4:112::", 48}, {"2001:10::", 28},  {"2001:20::", 28},      {"2001:30::", 28},
    {"2001:db8::", 32},   {"2002::", 16},     {"2620:4f:8000::", 48}, {"3fff::", 20},
    {"5f00::", 16},       {"fc00::", 7},      {"fe80::", 10},         {"fec0::", 10},
    {"ff00::", 8},
};

/// The rows whose addresses stand for IPv4 addresses: judged by those.
constexpr Row kTransparent[] = {{"::ffff:0:0", 96}, {"64:ff9b::", 96}};

using Bytes = std::array<std::uint8_t, 16>;

struct Bits {
    Bytes bytes{};
    std::size_t size = 0;  ///< 4 or 16

    static Bits of(const char* text) {
        Bits out;
        if (::inet_pton(AF_INET, text, out.bytes.data()) == 1) {
            out.size = 4;
        } else {
            EXPECT_EQ(::inet_pton(AF_INET6, text, out.bytes.data()), 1) << text;
            out.size = 16;
        }
        return out;
    }
    std::string text() const {
        char out[INET6_ADDRSTRLEN] = {};
        ::inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes.data(), out, sizeof out);
        return out;
    }
    bool isIn(const Row& row) const {
        const Bits base = of(row.base);
        if (base.size != size) return false;
        for (unsigned bit = 0; bit < row.prefix_bits; ++bit) {
            if (((bytes[bit / 8] ^ base.bytes[bit / 8]) & (0x80U >> bit % 8)) != 0) return false;
        }
        return true;
    }
    Bits lastOf(unsigned prefix_bits) const {
        Bits out = *this;
        for (unsigned bit = prefix_bits; bit < size * 8; ++bit)
            out.bytes[bit / 8] = static_cast<std::uint8_t>(out.bytes[bit / 8] | (0x80U >> bit % 8));
        return out;
    }
    /// One further, or nullopt at the end of all addresses.
    std::optional<Bits> plus(int step) const {
        Bits out = *this;
        for (std::size_t i = size; i-- > 0;) {
            out.bytes[i] = static_cast<std::uint8_t>(out.bytes[i] + step);
            const bool carries = step > 0 ? out.bytes[i] == 0 : out.bytes[i] == 0xff;
            if (!carries) return out;
        }
        return std::nullopt;
    }
};

bool isSpecial(const Bits& address) {
    const auto holds = [&](const Row& row) { return address.isIn(row); };
    if (address.size == 4) return std::any_of(std::begin(kV4), std::end(kV4), holds);
    if (std::any_of(std::begin(kTransparent), std::end(kTransparent), holds)) {
        Bits inner;
        inner.size = 4;
        std::copy_n(address.bytes.begin() + 12, 4, inner.bytes.begin());
        return isSpecial(inner);
    }
    return !address.isIn({"2000::", 3}) || std::any_of(std::begin(kV6), std::end(kV6), holds);
}

bool isRefused(const Bits& address) {
    return !EgressPolicy::standard({}).checkAddress(
        Traffic::Callback, IpAddress::parse(address.text()).value()
    );
}

int checkRow(const Row& row) {
    const Bits first = Bits::of(row.base);
    const Bits last = first.lastOf(row.prefix_bits);
    int open_neighbours = 0;
    EXPECT_TRUE(isRefused(first)) << row.base << "/" << row.prefix_bits;
    EXPECT_TRUE(isRefused(last)) << last.text();
    for (const auto& outside : {first.plus(-1), last.plus(1)}) {
        if (!outside) continue;
        EXPECT_EQ(isRefused(*outside), isSpecial(*outside)) << outside->text();
        open_neighbours += isSpecial(*outside) ? 0 : 1;
    }
    return open_neighbours;
}

TEST(EgressRegistry, EachRowIsClosedFromItsFirstToItsLastAddress) {
    int open_v4 = 0;
    int open_v6 = 0;
    for (const Row& row : kV4)
        open_v4 += checkRow(row);
    for (const Row& row : kV6)
        open_v6 += checkRow(row);
    EXPECT_EQ(open_v4, 33) << "both sides of each block that stands alone";
    EXPECT_EQ(open_v6, 11);
}

TEST(EgressRegistry, InsideMappedAndNat64AddressesTheSameRowsAreClosed) {
    for (const Row& row : kV4) {
        const Bits first = Bits::of(row.base);
        const Bits last = first.lastOf(row.prefix_bits);
        for (const auto& address :
             {std::optional(first), std::optional(last), first.plus(-1), last.plus(1)}) {
            if (!address) continue;
            for (const char* prefix : {"::ffff:", "64:ff9b::"}) {
                EXPECT_EQ(
                    isRefused(Bits::of((prefix + address->text()).c_str())), isSpecial(*address)
                ) << prefix
                  << address->text();
            }
        }
    }
}

}  // namespace
}  // namespace ferry::http
