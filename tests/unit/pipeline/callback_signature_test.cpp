// Goal: receivers of either scheme accept our signatures.
// Method: the published vectors of both; npm's and the example's verifiers are run in
// tests/clients.

#include "pipeline/callback_signature.h"

#include "base/crypto.h"
#include "base/encoding.h"

#include <gtest/gtest.h>

#include <map>

namespace ferry::pipeline {
namespace {

// Of the vectors of Standard Webhooks.
constexpr std::int64_t kTime = 1'614'265'330;
constexpr std::string_view kBody = R"({"test": 2432232314})";
const std::string kKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kSeed = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
const std::string kOfPrivateKey =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

std::map<std::string, std::string> sign(
    const std::string& key, std::string_view body, std::int64_t seconds = kTime
) {
    http::Headers headers;
    const std::vector<SigningKey> keys = readSigningKeys(key);
    const TimePoint time(std::chrono::seconds{seconds});
    signCallback({"42", "msg_p5jXN8AQM9LWM0D4loKWxJek", time, body, keys}, headers);
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
    auto headers = sign(kKey, kBody);

    EXPECT_EQ(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
    EXPECT_EQ(headers["webhook-timestamp"], "1614265330");
    EXPECT_EQ(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    EXPECT_EQ(headers.size(), 5U);
}

TEST(CallbackSignature, HasIdsAndTheTimeWithoutAKey) {
    const std::map<std::string, std::string> want{
        {"Elements-Webhook-Id", "42"},
        {"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
        {"webhook-timestamp", std::to_string(kTime)},
    };
    EXPECT_EQ(sign("", "{}"), want);
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

TEST(CallbackSignature, MatchesTheStandardWebhooksVectorOfEd25519) {
    const std::string seed_and_public =
        "whsk_6Xb/dCcHpPea21PS1N9VY/"
        "NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg"
        "==";
    auto headers = sign(seed_and_public, kBody);

    EXPECT_EQ(headers["webhook-signature"], kOfPrivateKey);
    EXPECT_EQ(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
    EXPECT_EQ(headers.count("Elements-Webhook-Signature"), 0U);
    EXPECT_EQ(sign(kSeed, kBody)["webhook-signature"], kOfPrivateKey);
}

TEST(CallbackSignature, HasASignatureOfEachKeyThatHasNotEnded) {
    const std::string older = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const std::string of_older = sign(older, kBody)["webhook-signature"];
    const std::string of_newer = sign(kKey, kBody)["webhook-signature"];
    const std::string both = sign(kKey + "," + older + "," + kSeed, kBody)["webhook-signature"];
    EXPECT_EQ(both, of_newer + " " + of_older + " " + kOfPrivateKey);

    // 1,614,265,330 is 2021-02-25T15:02:10Z.
    const std::string until = older + "@2021-02-25T15:02:10Z, " + kKey;
    EXPECT_EQ(sign(until, kBody, kTime)["webhook-signature"], of_newer);
    EXPECT_EQ(sign(until, kBody, kTime - 1)["webhook-signature"].substr(0, 3), "v1,");
    EXPECT_EQ(sign(until, kBody, kTime - 1)["webhook-signature"].size(), of_newer.size() * 2 + 1);
}

TEST(CallbackSignature, OfOpenConnectorsIsOfTheFirstKeyThatHasNotEnded) {
    const std::string older = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const auto elements = [](const std::string& keys, std::int64_t seconds) {
        return sign(keys, kBody, seconds)["Elements-Webhook-Signature"];
    };
    const std::string keys = kSeed + "," + older + "@2021-02-25T15:02:10Z," + kKey;

    EXPECT_EQ(elements(keys, kTime - 1), elements(older, kTime));
    EXPECT_EQ(elements(keys, kTime), elements(kKey, kTime));
}

TEST(CallbackSignature, TakesATextThatIsNoListAsOneKey) {
    for (const std::string& text :
         {std::string("whsec_QUJD,MySecret"), std::string("a,b"), std::string("key@2021-01-01")}) {
        auto headers = sign(text, kBody);
        const auto expected = base64Encode(asText(hmacSha256(text, kBody)));
        EXPECT_EQ(headers["Elements-Webhook-Signature"], "sha256=" + expected) << text;
        EXPECT_EQ(headers["webhook-signature"].find(' '), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace ferry::pipeline
