// Goal: every special-purpose range is closed to callbacks at both of its ends, and nothing else.
// Method: a table of ranges with first and last address, and their public neighbours.

#include "http/egress_policy.h"

#include <gtest/gtest.h>

namespace ferry::http {
namespace {

IpAddress address(const std::string& text) {
    const auto parsed = IpAddress::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(IpAddress());
}

bool isAllowed(const EgressPolicy& policy, Traffic traffic, const std::string& text) {
    return policy.checkAddress(traffic, address(text)).has_value();
}

EgressPolicy policyAllowing(const std::string& network) {
    return EgressPolicy::standard({IpNetwork::parse(network).value()});
}

struct Range {
    const char* first;
    const char* last;
    bool for_provider;
};

constexpr Range kRanges[] = {
    {"0.0.0.0", "0.255.255.255", false},
    {"10.0.0.0", "10.255.255.255", true},
    {"100.64.0.0", "100.127.255.255", true},
    {"127.0.0.0", "127.255.255.255", true},
    {"169.254.0.0", "169.254.255.255", false},
    {"172.16.0.0", "172.31.255.255", true},
    {"192.0.0.0", "192.0.0.255", true},
    {"192.0.2.0", "192.0.2.255", true},
    {"192.31.196.0", "192.31.196.255", true},
    {"192.52.193.0", "192.52.193.255", true},
    {"192.88.99.0", "192.88.99.255", true},
    {"192.168.0.0", "192.168.255.255", true},
    {"192.175.48.0", "192.175.48.255", true},
    {"198.18.0.0", "198.19.255.255", true},
    {"198.51.100.0", "198.51.100.255", true},
    {"203.0.113.0", "203.0.113.255", true},
    {"224.0.0.0", "239.255.255.255", false},
    {"240.0.0.0", "255.255.255.255", false},
    {"168.63.129.16", "168.63.129.16", false},
    {"100.100.100.200", "100.100.100.200", false},
    {"192.0.0.192", "192.0.0.192", false},
    {"::", "::", false},
    {"::1", "::1", true},
    {"::2", "::ffff:ffff", false},
    {"::ffff:0:0:0", "::ffff:0:ffff:ffff", false},
    {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false},  // of 0.0.0.0, 255.255.255.255
    {"100::", "100::ffff:ffff:ffff:ffff", false},
    {"100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", false},
    {"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", true},
    {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"fd00:ec2::254", "fd00:ec2::254", false},
    {"fd20:ce::254", "fd20:ce::254", false},
    {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"4000::", "5eff:ffff::", false},
    {"8000::", "fbff:ffff::", false},
};

TEST(EgressPolicy, EverySpecialRangeIsClosedToCallbacks) {
    const EgressPolicy policy = EgressPolicy::standard({});
    for (const Range& range : kRanges) {
        for (const char* end : {range.first, range.last}) {
            EXPECT_FALSE(isAllowed(policy, Traffic::Callback, end)) << end;
            EXPECT_EQ(isAllowed(policy, Traffic::Provider, end), range.for_provider) << end;
            EXPECT_FALSE(specialRangeName(address(end)).empty()) << end;
        }
    }
}

TEST(EgressPolicy, PublicNeighboursAreOpen) {
    const EgressPolicy policy = EgressPolicy::standard({});
    for (const char* open :
         {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
          "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255",
          "169.255.0.0",     "172.15.255.255",  "172.32.0.0",      "191.255.255.255",
          "192.0.1.0",       "192.0.3.0",       "192.167.255.255", "192.169.0.0",
          "198.17.255.255",  "198.20.0.0",      "203.0.112.255",   "203.0.114.0",
          "223.255.255.255", "8.8.8.8",         "2001:200::",      "2001:db7:ffff::",
          "2001:db9::",      "2000::1",         "2003::",          "2606:4700::1111",
          "3ffe:ffff::",     "3fff:1000::"}) {
        EXPECT_TRUE(isAllowed(policy, Traffic::Callback, open)) << open;
        EXPECT_TRUE(isAllowed(policy, Traffic::Provider, open)) << open;
        EXPECT_TRUE(specialRangeName(address(open)).empty()) << open;
    }
}

TEST(EgressPolicy, AnAddressInsideAnotherIsWhatCounts) {
    const EgressPolicy policy = EgressPolicy::standard({});

    EXPECT_FALSE(isAllowed(policy, Traffic::Callback, "::ffff:127.0.0.1"));
    EXPECT_FALSE(isAllowed(policy, Traffic::Callback, "::ffff:169.254.169.254"));
    EXPECT_FALSE(isAllowed(policy, Traffic::Provider, "::ffff:169.254.169.254"));
    EXPECT_FALSE(isAllowed(policy, Traffic::Callback, "64:ff9b::10.0.0.1"));
    EXPECT_TRUE(isAllowed(policy, Traffic::Callback, "::ffff:8.8.8.8"));
    EXPECT_TRUE(isAllowed(policy, Traffic::Callback, "64:ff9b::8.8.8.8"));
    // To providers a local NAT64 leads, but not on to a metadata service.
    EXPECT_TRUE(isAllowed(policy, Traffic::Provider, "64:ff9b:1::10.0.0.1"));
    EXPECT_TRUE(isAllowed(policy, Traffic::Provider, "64:ff9b:1:fffe::10.0.0.1"));
    EXPECT_FALSE(isAllowed(policy, Traffic::Provider, "64:ff9b:1::169.254.169.254"));
    EXPECT_FALSE(isAllowed(policy, Traffic::Provider, "64:ff9b:1:0:a9:fea9:fe00:0")) << "/64";
    EXPECT_FALSE(isAllowed(policy, Traffic::Provider, "64:ff9b:1:a9:fe:a9fe::")) << "/56";
    EXPECT_FALSE(isAllowed(policy, Traffic::Provider, "64:ff9b:1:a9fe:a9:fe00::")) << "/48";
}

TEST(EgressPolicy, WhatLeadsToASpecialAddressNeedsBothToBeAllowed) {
    const auto allows = [](const char* networks, const std::string& text) {
        std::vector<IpNetwork> list;
        for (std::string_view rest = networks; !rest.empty();) {
            const std::size_t end = std::min(rest.find(' '), rest.size());
            list.push_back(IpNetwork::parse(rest.substr(0, end)).value());
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return isAllowed(EgressPolicy::standard(list), Traffic::Callback, text);
    };
    // 6to4 of 10.0.0.1 and of 8.8.8.8; Teredo with the server 8.8.8.8 and the client 10.0.0.1.
    EXPECT_FALSE(allows("10.0.0.0/8", "2002:a00:1::1"));
    EXPECT_FALSE(allows("2002::/16", "2002:a00:1::1"));
    EXPECT_TRUE(allows("2002::/16 10.0.0.0/8", "2002:a00:1::1"));
    EXPECT_TRUE(allows("2002::/16", "2002:808:808::1"));
    EXPECT_FALSE(allows("2001::/32", "2001:0:808:808::f5ff:fffe"));
    EXPECT_TRUE(allows("2001::/32 10.0.0.1", "2001:0:808:808::f5ff:fffe"));
    EXPECT_FALSE(allows("2001::/32 10.0.0.1", "2001:0:a9fe:a9fe::f5ff:fffe"));
    EXPECT_FALSE(allows("64:ff9b:1::/48", "64:ff9b:1::10.0.0.1"));
    EXPECT_TRUE(allows("64:ff9b:1::/48", "64:ff9b:1::8.8.8.8"));
    // Of these the address inside is all there is.
    EXPECT_FALSE(allows("::ffff:0:0/96", "::ffff:10.0.0.1"));
    EXPECT_FALSE(allows("64:ff9b::/96", "64:ff9b::10.0.0.1"));
    EXPECT_TRUE(allows("10.0.0.1", "64:ff9b::10.0.0.1"));
}

TEST(EgressPolicy, HostsThatAreAddressesAreJudgedWithoutResolving) {
    const EgressPolicy policy = EgressPolicy::standard({});
    const auto allows = [&policy](const char* host) {
        return policy.checkHost(Traffic::Callback, host).has_value();
    };
    for (const char* host :
         {"127.0.0.1",
          "127.0.0.1.",
          "[::1]",
          "[::ffff:10.0.0.1]",
          "169.254.169.254",
          "localhost",
          "LOCALHOST.",
          "a.localhost",
          "2130706433",
          "127.1",
          "0x7F.1",
          "0177.0.0.1",
          "0xa9fea9fe",
          "[64:ff9b::a00:1]"})
        EXPECT_FALSE(allows(host)) << host;
    for (const char* host :
         {"8.8.8.8",
          "[2606:4700::1111]",
          "app.example.com",
          "localhost.com",
          "134744072",
          "0x8.example"})
        EXPECT_TRUE(allows(host)) << host;
}

TEST(EgressPolicy, AllowedNetworksOpenExactlyThemselves) {
    const EgressPolicy policy = policyAllowing("10.1.0.0/16");

    EXPECT_TRUE(isAllowed(policy, Traffic::Callback, "10.1.0.0"));
    EXPECT_TRUE(isAllowed(policy, Traffic::Callback, "10.1.255.255"));
    EXPECT_TRUE(isAllowed(policy, Traffic::Callback, "::ffff:10.1.2.3"));
    EXPECT_FALSE(isAllowed(policy, Traffic::Callback, "10.0.255.255"));
    EXPECT_FALSE(isAllowed(policy, Traffic::Callback, "10.2.0.0"));
    EXPECT_TRUE(isAllowed(policyAllowing("::1"), Traffic::Callback, "::1"));
}

TEST(EgressPolicy, RefusalNamesAddressAndRange) {
    const Status status =
        EgressPolicy::standard({}).checkAddress(Traffic::Callback, address("127.0.0.1"));

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::PermissionDenied);
    EXPECT_NE(status.error().message.find("127.0.0.1 (loopback)"), std::string::npos);
    const Status inside =
        EgressPolicy::standard({}).checkAddress(Traffic::Callback, address("64:ff9b::a00:1"));
    ASSERT_FALSE(inside);
    EXPECT_NE(
        inside.error().message.find("64:ff9b::a00:1 (private use, leads to 10.0.0.1)"),
        std::string::npos
    ) << inside.error().message;
}

TEST(EgressPolicy, UrlsNeedAWebSchemeAndAnOpenPort) {
    const EgressPolicy policy = EgressPolicy::standard({});

    for (const std::uint16_t port : std::vector<std::uint16_t>{80, 443, 1024, 8080, 65535}) {
        EXPECT_TRUE(policy.checkUrl(Traffic::Callback, "https", port)) << port;
    }
    for (const std::uint16_t port : std::vector<std::uint16_t>{0, 22, 25, 79, 81, 442, 444, 1023}) {
        EXPECT_FALSE(policy.checkUrl(Traffic::Callback, "https", port)) << port;
    }
    EXPECT_TRUE(policy.checkUrl(Traffic::Provider, "http", 25));
    for (const char* scheme : {"ftp", "file", "gopher", "HTTP", ""}) {
        EXPECT_FALSE(policy.checkUrl(Traffic::Provider, scheme, 443)) << scheme;
    }
}

}  // namespace
}  // namespace ferry::http
