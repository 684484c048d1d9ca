// Goal: a redirect URI that is no page of the hub is told from one that is, and from those of
// others. Method: a table.

#include "config/own_address.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

TEST(OwnAddress, TellsWhatAUrlIsToTheHub) {
    const std::pair<const char*, OwnAddress> cases[] = {
        {"https://hub.test/oauth/callback", OwnAddress::Callback},
        {"HTTPS://Hub.test/oauth/callback?x=1", OwnAddress::Callback},
        {"https://hub.test/oauth/callbak", OwnAddress::NoRoute},
        {"https://hub.test/oauth/callback/", OwnAddress::NoRoute},
        {"https://hub.test/elements/api-v2/oauth/callback", OwnAddress::NoRoute},
        {"https://hub.test/auth", OwnAddress::Beside},
        {"https://hub.test/elementsary", OwnAddress::Beside},
        {"https://hub.test/Oauth/callback", OwnAddress::Beside},
        {"https://hub.test", OwnAddress::Elsewhere},
        {"https://hub.test.evil.test/oauth/x", OwnAddress::Elsewhere},
        {"https://hub.test:8443/oauth/x", OwnAddress::Elsewhere},
        {"http://hub.test/oauth/x", OwnAddress::Elsewhere},
    };
    for (const auto& [url, wanted] : cases) {
        EXPECT_EQ(ownAddress(url, "https://hub.test"), wanted) << url;
        EXPECT_EQ(ownAddress(url, "https://hub.test/"), wanted) << url;
        EXPECT_EQ(ownAddress(url, ""), OwnAddress::Elsewhere) << url;
    }
}

TEST(ListenHost, IsAnAddressOrCanBeAName) {
    for (const char* good :
         {"127.0.0.1",
          "0.0.0.0",
          "localhost",
          "hub-1.example.com",
          "[::1]",
          "[::]",
          "[fe80::1%eth0]"})
        EXPECT_TRUE(isListenHost(good)) << good;
    for (const char* bad :
         {"",
          "*",
          "300.1.1.1",
          "127.0.0",
          "a b",
          "u@host",
          "host/x",
          "[::1",
          "[]",
          "[localhost]",
          "[127.0.0.1]"})
        EXPECT_FALSE(isListenHost(bad)) << bad;
}

}  // namespace
}  // namespace ferry::config
