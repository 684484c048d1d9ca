// Goal: neither side of the proxy gets what is meant for the hub, or for one connection alone.
// Method: all kinds of headers at once.

#include "api/proxy_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::ElementsAre;
using testing::Pair;

http::Headers headers(std::initializer_list<std::pair<const char*, const char*>> fields) {
    http::Headers made;
    for (const auto& [name, value] : fields)
        made.add(name, value);
    return made;
}

TEST(ProxyHeaders, TheProviderGetsWhatIsForIt) {
    const http::Headers kept = headersForProvider(headers(
        {{"Host", "hub"},
         {"authorization", "User secret"},
         {"Accept", "a"},
         {"Connection", "close, X-Hop ,keep-alive"},
         {"x-hop", "1"},
         {"Keep-Alive", "1"},
         {"TE", "trailers"},
         {"Transfer-Encoding", "chunked"},
         {"Content-Length", "3"},
         {"Content-Type", "text/plain"},
         {"Cookie", "console=1"},
         {"Expect", "100-continue"},
         {"Origin", "https://app.example"},
         {"Referer", "https://app.example/x"},
         {"Proxy-Authorization", "x"},
         {"X-Forwarded-For", "10.0.0.1"},
         {"Elements-Version", "Helium"},
         {"Dropbox-API-Arg", "{}"},
         {"Accept-Encoding", "gzip"},
         {"Range", "bytes=0-1"}}
    ));
    EXPECT_THAT(
        kept.fields(),
        ElementsAre(
            Pair("Accept", "a"),
            Pair("Content-Type", "text/plain"),
            Pair("Dropbox-API-Arg", "{}"),
            Pair("Accept-Encoding", "gzip"),
            Pair("Range", "bytes=0-1")
        )
    );
}

TEST(ProxyHeaders, TheCallerGetsWhatIsForHim) {
    const http::Headers kept = headersForCaller(headers(
        {{"Date", "x"},
         {"Content-Length", "3"},
         {"Content-Type", "text/plain"},
         {"Connection", "close"},
         {"Set-Cookie", "a=b"},
         {"Strict-Transport-Security", "max-age=1"},
         {"Access-Control-Allow-Origin", "*"},
         {"Retry-After", "7"},
         {"X-Dropbox-Request-Id", "r"},
         {"Content-Encoding", "gzip"},
         {"ETag", "e"}}
    ));
    EXPECT_THAT(
        kept.fields(),
        ElementsAre(
            Pair("Retry-After", "7"),
            Pair("X-Dropbox-Request-Id", "r"),
            Pair("Content-Encoding", "gzip"),
            Pair("ETag", "e")
        )
    );
}

TEST(ProxyHeaders, ALengthIsANumberOrNone) {
    EXPECT_EQ(contentLength(headers({{"content-length", "17"}})), 17U);
    EXPECT_FALSE(contentLength(headers({{"Content-Length", "x"}})));
    EXPECT_FALSE(contentLength(headers({{"Content-Length", "1 "}})));
    EXPECT_FALSE(contentLength(headers({})));
}

}  // namespace
}  // namespace ferry::api
