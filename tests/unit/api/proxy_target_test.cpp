// Goal: a proxied call goes below the base URL it names, whatever tricks its path plays. Method:
// tables of paths, as they come in.

#include "api/proxy_target.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry::api {
namespace {

TEST(ProxyTarget, IsWhatStandsBehindTheBase) {
    EXPECT_EQ(proxiedPath("/elements/api-v2/proxy/api/2/files/x%20y"), "/2/files/x%20y");
    EXPECT_EQ(proxiedPath("/elements/api-v2/hubs/documents/proxy/api/2/a"), "/2/a");
    EXPECT_EQ(proxiedPath("/elements/api-v2/proxy/api/"), "/");
    EXPECT_EQ(proxiedPath("/elements/api-v2/proxy/api"), "");
    EXPECT_EQ(proxiedPath("/elements/api-v2/proxy/api//a"), "//a");
    // Generated clients encode the whole of a parameter; other callers mean what they encode.
    EXPECT_EQ(proxiedPath("/elements/api-v2/proxy/api/2%2Ffiles%2fx%20y"), "/2/files/x%20y");
    EXPECT_EQ(proxiedPath("/elements/api-v2/proxy/api/2/a%2Fb"), "/2/a%2Fb");
}

TEST(ProxyTarget, KeepsPathAndQueryAsTheyCame) {
    struct Good {
        const char* path;
        const char* query;
        const char* url;
    };
    for (const Good& good :
         {Good{"/2/files", "", "https://api.test/2/files"},
          Good{"/a%2Fb/%7Bx%7D", "q=%20&r=..", "https://api.test/a%2Fb/%7Bx%7D?q=%20&r=.."},
          Good{"", "a=b", "https://api.test?a=b"},
          Good{"//other.test/x", "", "https://api.test//other.test/x"},
          Good{"/...", "", "https://api.test/..."},
          Good{"/a..b/.c", "", "https://api.test/a..b/.c"},
          Good{"/\xC3\xA9", "", "https://api.test/\xC3\xA9"}}) {
        const auto url = proxyUrl("https://api.test", good.path, good.query);
        ASSERT_TRUE(url) << good.path;
        EXPECT_EQ(*url, good.url);
    }
}

TEST(ProxyTarget, NeverLeavesTheBase) {
    for (const char* path :
         {"/..",
          "/../x",
          "/a/../b",
          "/a/..",
          "/.",
          "/a/./b",
          "/%2e%2e/x",
          "/%2E./x",
          "/a/%2e%2e%2fb",
          "/a%2F..%2Fb",
          "/%252e%252e/x",
          "/a%252f..%252fb",
          "/%25252e%25252e/x",
          "/%2525252525252e%2525252525252e/x",
          "/..;a=b/x",
          "/a\\..\\b",
          "/a%5C..%5Cb",
          "/%255c..%255cb",
          "/a%0d%0aHost:x",
          "/a%00",
          "/a%7f",
          "/a#b",
          "/%zz",
          "/%"}) {
        const auto url = proxyUrl("https://api.test/base", path, "");
        EXPECT_FALSE(url) << path << " became " << url.value_or("");
    }
    EXPECT_FALSE(proxyUrl("https://api.test", "/a", "b#c"));
}

}  // namespace
}  // namespace ferry::api
