// Goal: tokens are asked for as the connector says, and what the token endpoint answers is told as
// it is meant. Method: the plugin as the hub loads it, with scripted answers; whole requests are
// compared.

#include "support/abi_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string declarativeFile() {
    const char* folder = std::getenv("FERRY_BUILD_DIR");
    return std::string(folder != nullptr ? folder : ".") + "/plugins/declarative/libdeclarative.so";
}

/// `members`: further ones of the section, each with a comma before it.
Pairs authorization(const std::string& members) {
    return {
        {"authorization",
         R"({"authorize_url":"https://a.test/consent","token_url":"https://a.test/token",)"
         R"("client":"body","token_format":"form","grant":"authorization_code")" +
             members + "}"}};
}

AbiAccount accountOf(Pairs more = {}) {
    AbiAccount account;
    account.configuration = {{"oauth.api.key", "app"}, {"oauth.api.secret", "hush"}};
    account.configuration.insert(account.configuration.end(), more.begin(), more.end());
    account.base_urls = {{"api", "https://api.test"}};
    return account;
}

TEST(DeclarativeAuthorization, FurtherParametersAreTemplates) {
    AbiPlugin plugin(
        declarativeFile(),
        "acme",
        authorization(R"(,"authorize_params":{"shop":{"join":[{"config":"shop"},".acme"]},)"
                      R"("audience":{"join":[{"base_url":"api"},"/v1"]},"prompt":"consent"},)"
                      R"("token_params":{"shop":{"join":[{"config":"shop"}]}})")
    );
    const std::string url =
        plugin.authorizeUrl(accountOf({{"shop", "a b"}}), "https://h.test/cb", "s", {}, "")
            .texts.at(0);
    EXPECT_THAT(url, HasSubstr("&shop=a%20b.acme&audience=https%3A%2F%2Fapi.test%2Fv1"));
    EXPECT_THAT(url, HasSubstr("&prompt=consent"));
    const std::string without =
        plugin.authorizeUrl(accountOf(), "https://h.test/cb", "s", {}, "").texts.at(0);
    EXPECT_THAT(without, Not(HasSubstr("shop=")));
    EXPECT_THAT(without, HasSubstr("&audience="));

    const auto bodyFor = [&](const AbiAccount& account) {
        const Script script{AbiResponse::json(200, R"({"access_token":"t"})")};
        return plugin.exchange(account, "code", "https://h.test/cb", "v", script)
            .requests.at(0)
            .body;
    };
    EXPECT_THAT(bodyFor(accountOf({{"shop", "s1"}})), HasSubstr("&shop=s1"));
    EXPECT_THAT(bodyFor(accountOf()), Not(HasSubstr("shop")));
}

}  // namespace
}  // namespace ferry::test
