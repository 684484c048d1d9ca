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

TEST(DeclarativeAuthorization, TheAccountMayBeAClaimOfTheIdToken) {
    AbiPlugin plugin(
        declarativeFile(), "acme", authorization(R"(,"account":{"id_token":["sub"]})")
    );
    const auto accountFor = [&](const std::string& token) {
        const Script script{
            AbiResponse::json(200, R"({"access_token":"t","id_token":")" + token + R"("})")};
        const AbiOutcome got =
            plugin.exchange(accountOf(), "code", "https://h.test/cb", "v", script);
        EXPECT_EQ(got.violation, "");
        return got.tokens.empty() ? std::string("none at all") : got.tokens[0].account_id;
    };
    // {"sub":"u~?1","n":7}, in base64url without padding
    EXPECT_EQ(accountFor("e30.eyJzdWIiOiJ1fj8xIiwibiI6N30.c2ln"), "u~?1");
    EXPECT_EQ(accountFor("e30.eyJzdWIiOiJ1fj8xIiwibiI6N30"), "") << "two parts are no JWT";
    EXPECT_EQ(accountFor("e30.eyJz+WIi.c2ln"), "");
    EXPECT_EQ(accountFor("e30.e30.c2ln"), "") << "no such claim";
    EXPECT_EQ(accountFor("a.b.c.d.e"), "") << "one that is encrypted";
    EXPECT_EQ(accountFor(""), "");

    const AbiTokens tokens{"t", "", "", 0, "", "u1"};
    const AbiOutcome known = plugin.verify(accountOf(), tokens, {});
    ASSERT_EQ(known.identities.size(), 1U);
    EXPECT_EQ(known.identities[0].account_id, "u1") << "as the token set has it";
}

TEST(DeclarativeAuthorization, SaysWhatTheTokenEndpointSays) {
    AbiPlugin plugin(declarativeFile(), "acme", authorization(""));
    const auto messageFor = [&](const std::string& answer) {
        const Script script{AbiResponse::json(400, answer)};
        return plugin.exchange(accountOf(), "c-123", "https://h.test/cb", "v", script).message;
    };
    EXPECT_EQ(
        messageFor(R"({"error":"invalid_client","error_description":"The app is\nunknown. "})"),
        "token endpoint: invalid_client: The app is unknown."
    );
    EXPECT_EQ(
        messageFor(R"({"error":{"code":"E7","message":"no such code"}})"),
        "token endpoint: E7: no such code"
    );
    EXPECT_EQ(messageFor(R"({"error":{}})"), "token endpoint: an error without a word");
    EXPECT_EQ(messageFor(R"({"message":"nope"})"), "token endpoint: nope");
    std::string many;
    for (int i = 0; i < 200; ++i)
        many += "\u00e9";
    const std::string cut = messageFor(R"({"error":"x","message":")" + many + R"("})");
    EXPECT_EQ(cut.size(), std::string("token endpoint: ").size() + 199) << "whole characters";
    const Script script{AbiResponse::json(400, R"({"error":"invalid_grant","message":"gone"})")};
    EXPECT_EQ(
        plugin.exchange(accountOf(), "c", "https://h.test/cb", "v", script).status,
        FERRY_ERROR_AUTH_REVOKED
    );
}

/// A provider that repeats what it was asked with, as a text of JSON and encoded.
struct SecretsCase : testing::Test {
    AbiPlugin plugin{
        declarativeFile(),
        "acme",
        authorization(R"(,"check":{"method":"GET","url":{"join":[{"base_url":"api"},"/me"]}})")};
    AbiPlugin of_client{
        declarativeFile(),
        "acme",
        {{"authorization",
          R"({"token_url":"https://a.test/token","grant":"client_credentials"})"}}};
    AbiAccount account = accountOf();
    const AbiTokens tokens{"at-0123456789", "rt-0123+45/6789", "", 0, "", "u1"};

    SecretsCase() {
        account.configuration = {
            {"oauth.api.key", "the-app"}, {"oauth.api.secret", "cc very/secret+1"}};
    }
    static Script refusal(int status, const std::string& text) {
        return {AbiResponse::json(
            status, R"({"error":"invalid_grant","error_description":")" + text + R"("})"
        )};
    }
};

TEST_F(SecretsCase, AreNotInWhatTheTokenEndpointSays) {
    const auto exchanged = [&](const std::string& text) {
        return plugin
            .exchange(
                account, "code-0123456789", "https://h.test/cb", "veri-fier", refusal(400, text)
            )
            .message;
    };
    const std::string kBefore = "token endpoint: invalid_grant: ";
    EXPECT_EQ(exchanged("code code-0123456789 for veri-fier"), kBefore + "code *** for ***");
    EXPECT_EQ(exchanged("bad secret cc very/secret+1!"), kBefore + "bad secret ***!");
    for (const char* encoded :
         {"cc%20very%2Fsecret%2B1",
          "cc%20very%2fsecret%2b1",
          "cc+very%2Fsecret%2B1",
          "Y2MgdmVyeS9zZWNyZXQrMQ=="})
        EXPECT_EQ(exchanged(std::string("not ") + encoded), kBefore + "not ***");
    EXPECT_EQ(exchanged("not dGhlLWFwcDpjYyUyMHZlcnklMkZzZWNyZXQlMkIx"), kBefore + "not ***")
        << "the pair of Basic";
    EXPECT_EQ(
        exchanged("https://h.test/cb is not a redirect_uri of it"),
        kBefore + "https://h.test/cb is not a redirect_uri of it"
    );
    // The cut leaves no start of one either.
    const std::string long_text(200 - std::string("invalid_grant: ").size() - 5, 'x');
    EXPECT_THAT(exchanged(long_text + "code-0123456789"), Not(HasSubstr("code-")));
}

TEST_F(SecretsCase, AreNotInWhatARefreshAndACheckSay) {
    const Script script =
        refusal(400, "refresh token rt-0123+45/6789 (rt-0123%2B45%2F6789) is bad");
    const AbiOutcome refreshed = plugin.refresh(account, tokens, script);
    EXPECT_EQ(refreshed.message, "token endpoint: invalid_grant: refresh token *** (***) is bad");
    EXPECT_EQ(refreshed.status, FERRY_ERROR_AUTH_REVOKED);
    const Script word{
        AbiResponse::json(400, R"({"error":"cc very/secret+1","message":"rt-0123+45/6789"})")};
    EXPECT_EQ(plugin.refresh(account, tokens, word).message, "token endpoint: ***: ***");
    EXPECT_EQ(
        of_client.refresh(account, {}, refusal(401, "bad secret cc very/secret+1")).message,
        "token endpoint: invalid_grant: bad secret ***"
    );
    EXPECT_EQ(
        plugin.verify(account, tokens, refusal(403, "at-0123456789 of rt-0123+45/6789")).message,
        "check: answered 403: *** of ***"
    );
}

}  // namespace
}  // namespace ferry::test
