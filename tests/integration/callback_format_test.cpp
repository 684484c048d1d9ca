// Goal: receivers get callbacks in the format that the instance asks for, and the public key that
// verifies them. Method: the whole hub; the key is fetched as a receiver does, without an API key.

#include "base/encoding.h"
#include "integration/api_fixture.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace ferry::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const unsigned char* bytesOf(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool verifies(const std::string& key, const std::string& content, const std::string& signature) {
    EVP_PKEY* const pkey =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytesOf(key), key.size());
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    const bool ok =
        EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey) == 1 &&
        EVP_DigestVerify(
            context, bytesOf(signature), signature.size(), bytesOf(content), content.size()
        ) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return ok;
}

class CallbackFormatTest : public ApiTest {
  protected:
    std::string keysTarget(const std::string& name) {
        return fmt::format("/instances/{}/webhook-keys", instance(name)->id.value);
    }
    static std::string header(const http::Request& request, std::string_view name) {
        return std::string(request.headers.get(name).value_or("none"));
    }
    rapidjson::Document bodyOf(const http::Request& request) {
        rapidjson::Document body;
        body.Parse(request.body.data(), request.body.size());
        EXPECT_FALSE(body.HasParseError()) << request.body;
        return body;
    }
};

TEST_F(CallbackFormatTest, AReceiverVerifiesByTheKeyThatItFetches) {
    startWith("marketing", {{"event.notification.signature.asymmetric", "true"}});
    put("/new.txt");
    ASSERT_TRUE(receiver_.waitForEvents(1));
    const http::Request request = receiver_.requests().front();
    const std::string signatures = header(request, "webhook-signature");
    const std::size_t at = signatures.find(" v1a,");
    ASSERT_NE(at, std::string::npos) << signatures;
    EXPECT_THAT(signatures, StartsWith("v1,"));

    const Answer answer = call("GET", keysTarget("marketing"), {}, "");

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.headers.at("cache-control"), "public, max-age=300");
    EXPECT_EQ(answer.headers.at("content-type"), "application/jwk-set+json");
    rapidjson::Document keys;
    keys.Parse(answer.body.data(), answer.body.size());
    ASSERT_EQ(keys["keys"].Size(), 1U);
    const std::string key = base64Decode(text(keys["keys"][0], "x")).value();
    EXPECT_EQ(text(keys["keys"][0], "whpk"), "whpk_" + base64Encode(key));
    const std::string content = header(request, "webhook-id") + "." +
                                header(request, "webhook-timestamp") + "." + request.body;
    const std::string signature = base64Decode(signatures.substr(at + 5)).value();
    EXPECT_TRUE(verifies(key, content, signature));
    EXPECT_FALSE(verifies(key, content + " ", signature));
}

TEST_F(CallbackFormatTest, TheKeyOfAnInstanceIsItsOwnAndOutlivesTheProcess) {
    declare("other", {{"event.notification.signature.asymmetric", "true"}});
    startWith("marketing", {{"event.notification.signature.asymmetric", "true"}});
    ASSERT_TRUE(waitUntilLive("other"));
    const std::string before = call("GET", keysTarget("marketing"), {}, "").body;
    EXPECT_NE(call("GET", keysTarget("other"), {}, "").body, before);

    stopHub();
    startHub();

    EXPECT_EQ(call("GET", keysTarget("marketing"), {}, "").body, before);
}

TEST_F(CallbackFormatTest, NobodyLearnsWhichInstancesThereAre) {
    startWith("marketing");
    const auto answerOf = [&](const std::string& target) {
        return text(json(404, "GET", target, {}, ""), "message");
    };
    const std::string without_keys = answerOf(keysTarget("marketing"));

    EXPECT_EQ(answerOf("/instances/999/webhook-keys"), without_keys);
    EXPECT_EQ(answerOf("/instances/x/webhook-keys"), without_keys);
}

TEST_F(CallbackFormatTest, StandardWebhooksTellOfOneEventEach) {
    startWith("marketing", {{"event.notification.format", "standard-webhooks"}});
    put("/folder/a.txt");

    ASSERT_TRUE(receiver_.waitForRequests(2));
    std::set<std::string> types;
    for (const http::Request& request : receiver_.requests()) {
        EXPECT_TRUE(isSigned(request, signature_key_));
        const auto body = bodyOf(request);
        types.insert(text(body, "type"));
        EXPECT_EQ(text(body, "timestamp"), text(body["data"], "date"));
        EXPECT_EQ(text(body["data"], "instanceName"), "marketing");
    }
    EXPECT_EQ(types, (std::set<std::string>{"file.created", "folder.created"}));
}

TEST_F(CallbackFormatTest, CloudEventsComeInBatches) {
    startWith("marketing", {{"event.notification.format", "cloudevents"}});
    put("/folder/a.txt");

    ASSERT_TRUE(receiver_.waitForRequests(1));
    const http::Request request = receiver_.requests().front();
    EXPECT_EQ(header(request, "Content-Type"), "application/cloudevents-batch+json");
    const auto body = bodyOf(request);
    ASSERT_TRUE(body.IsArray() && !body.Empty()) << request.body;
    EXPECT_THAT(text(body[0], "source"), testing::MatchesRegex("/hubs/[A-Za-z0-9_-]+/instances/1"));
    EXPECT_THAT(text(body[0], "type"), HasSubstr("com.dropbox."));
}

}  // namespace
}  // namespace ferry::test
