// Goal: a plugin's requests reach what its manifest names and nothing else, and tokens do not leave
// in the clear because an answer of the provider says http. Method: a table of URLs.

#include "plugin/egress_hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::plugin {
namespace {

using testing::HasSubstr;

Status check(std::string_view url) {
    return checkEgress(
        url,
        {"files.example", "*.cdn.example", "ports.example:8443", "Usual.example:443"},
        {{"api", "https://api.example"}, {"fake", "http://127.0.0.1:8080/root"}}
    );
}

TEST(EgressHosts, AdmitsBaseUrlsAndListedHosts) {
    for (const char* url :
         {"https://api.example/x",
          "HTTPS://API.example?x",
          "https://files.example:8443/",
          "https://eu.cdn.example/",
          "https://ports.example:8443/",
          "https://usual.example/",
          "http://127.0.0.1:8080/x",
          "https://127.0.0.1:8080/x"})
        EXPECT_TRUE(check(url)) << url;
    for (const char* url :
         {"https://elsewhere.example/",
          "https://cdn.example/",
          "https://api.example:8443/",
          "https://ports.example/",
          "https://usual.example:8443/",
          "https://api.example@elsewhere.example/",
          "http://127.0.0.1:8081/",
          "//api.example/",
          ""})
        EXPECT_FALSE(check(url)) << url;
}

TEST(EgressHosts, HttpIsForBaseUrlsThatAreHttpThemselves) {
    for (const char* url :
         {"http://api.example/x",
          "HTTP://api.example/x",
          "http://files.example/",
          "http://eu.cdn.example/"}) {
        const Status found = check(url);
        ASSERT_FALSE(found) << url;
        EXPECT_EQ(found.error().code, ErrorCode::PermissionDenied);
        EXPECT_THAT(found.error().message, HasSubstr("by http"));
    }
}

}  // namespace
}  // namespace ferry::plugin
