// Goal: receivers of either scheme accept our signatures.
// Method: the published vectors of both; npm's and the example's verifiers are run in
// tests/clients.

#include "pipeline/callback_signature.h"

#include <gtest/gtest.h>

#include <map>

namespace ferry::pipeline {
namespace {

std::map<std::string, std::string> sign(
    const std::string& key, std::string_view body, std::int64_t seconds = 1'614'265'330
) {
    http::Headers headers;
    const Secret secret(key);
    const TimePoint time(std::chrono::seconds{seconds});
    signCallback({"42", "msg_p5jXN8AQM9LWM0D4loKWxJek", time, body, secret}, headers);
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : headers.fields())
        EXPECT_TRUE(out.emplace(name, value).second) << name;
    return out;
}

TEST(CallbackSignature, MatchesTheOpenConnectorsVector) {
    auto headers = sign("MySecretEventSignatureKey", "<INSERT_EVENT_NOTIFICATION_RESPONSE_BODY>");

    EXPECT_EQ(
        headers["Elements-Webhook-Signature"], "sha256=jHdbRx5EZAsOfTwAPJOGkNUzQMVVdu5VJlxcsk+G6jQ="
    );
    EXPECT_EQ(headers["Elements-Webhook-Id"], "42");
}

TEST(CallbackSignature, MatchesTheStandardWebhooksVector) {
    auto headers = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", R"({"test": 2432232314})");

    EXPECT_EQ(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
    EXPECT_EQ(headers["webhook-timestamp"], "1614265330");
    EXPECT_EQ(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    EXPECT_EQ(headers.size(), 5U);
}

TEST(CallbackSignature, HasOnlyTheIdWithoutAKey) {
    const auto headers = sign("", "{}");

    EXPECT_EQ(headers, (std::map<std::string, std::string>{{"Elements-Webhook-Id", "42"}}));
}

TEST(CallbackSignature, CoversBodyAndTime) {
    auto first = sign("key", "{}", 100);
    auto other_body = sign("key", "{ }", 100);
    auto other_time = sign("key", "{}", 101);

    EXPECT_NE(first["webhook-signature"], other_body["webhook-signature"]);
    EXPECT_NE(first["webhook-signature"], other_time["webhook-signature"]);
    EXPECT_NE(first["Elements-Webhook-Signature"], other_body["Elements-Webhook-Signature"]);
    EXPECT_EQ(first["Elements-Webhook-Signature"], other_time["Elements-Webhook-Signature"]);
}

TEST(StandardWebhooksKey, DecodesOnlyPrefixedBase64) {
    const std::map<std::string, std::string> cases{
        {"whsec_QUJD", "ABC"},
        {"QUJD", "QUJD"},
        {"MySecretEventSignatureKey", "MySecretEventSignatureKey"},
        {"whsec_", "whsec_"},
        {"whsec_not base64!", "whsec_not base64!"},
        {"WHSEC_QUJD", "WHSEC_QUJD"},
        {"", ""},
    };
    for (const auto& [text, bytes] : cases)
        EXPECT_EQ(standardWebhooksKey(Secret(text)).reveal(), bytes) << text;
}

}  // namespace
}  // namespace ferry::pipeline
