// Goal: addresses and networks are read as they are written, and anything else is refused.
// Method: tables of texts.

#include "base/ip_network.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

namespace ferry {
namespace {

TEST(IpNetwork, ReadsNetworksAndAddresses) {
    for (const char* text : {"0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32", "::/0", "fd00::/8"}) {
        EXPECT_EQ(IpNetwork::parse(text).value().toString(), text);
    }
    EXPECT_EQ(IpNetwork::parse("10.1.2.3").value().toString(), "10.1.2.3/32");
    EXPECT_TRUE(IpNetwork::parse("0.0.0.0/0").value().contains(IpAddress::parse("255.0.0.1").value()));
    EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0").value().contains(IpAddress::parse("::1").value()));
}

TEST(IpNetwork, RefusesEverythingElse) {
    for (const char* text :
         {"",
          "/",
          "/8",
          "10.0.0.0/",
          "10.0.0.0/33",
          "10.0.0.0/-1",
          "10.0.0.0/8 ",
          " 10.0.0.0/8",
          "10.0.0.0/8x",
          "10.0/8",
          "10.0.0.1/8",
          "fd00::/129",
          "fd00::1/8",
          "[::1]",
          "localhost"}) {
        EXPECT_FALSE(IpNetwork::parse(text)) << text;
    }
    const auto wrong = IpNetwork::parse("10.0.0.1/8");
    EXPECT_NE(wrong.error().message.find("is 10.0.0.0/8 meant?"), std::string::npos);
}

TEST(IpAddress, ReadsSocketAddresses) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr other{};
    other.sa_family = AF_UNIX;

    const auto read = IpAddress::fromSockaddr(reinterpret_cast<const sockaddr&>(v4));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->toString(), "127.0.0.1");
    EXPECT_FALSE(IpAddress::fromSockaddr(other));
}

}  // namespace
}  // namespace ferry
