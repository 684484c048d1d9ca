// Goal: what is kept of a call that is answered later comes back as it was, and its answer goes out
// signed, with nothing of the instance's to a URL that is not its own. Method: values in and out.

#include "api/async_message.h"

#include "base/random.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr DeliveryId kId(17);
constexpr InstanceId kInstance(3);

class AsyncMessageTest : public testing::Test {
  protected:
    store::Message kept(const AsyncMessage& message) {
        store::Message made;
        made.instance = kInstance;
        made.sealed = sealAsyncMessage(message, kInstance, key_, random_);
        return made;
    }
    static pipeline::InstanceSettings settings() {
        pipeline::InstanceSettings made;
        made.id = kInstance;
        made.callback_url = "https://app.example/hook";
        made.signing_keys = readSigningKeys("MySecretEventSignatureKey");
        made.delivery.headers.emplace_back("Authorization", Secret("Basic abc"));
        return made;
    }

    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
};

TEST_F(AsyncMessageTest, IsKeptSealed) {
    const AsyncMessage message{
        "https://a.example/?token=t", "GET", "/x?path=%2Fa", "{\"a\":\"\\n\"}"};
    const store::Message one = kept(message);
    EXPECT_THAT(one.sealed, Not(HasSubstr("token")));
    const auto opened = openAsyncMessage(one, key_);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->url, message.url);
    EXPECT_EQ(opened->method, message.method);
    EXPECT_EQ(opened->target, message.target);
    EXPECT_EQ(opened->body, message.body);

    store::Message of_other = one;
    of_other.instance = InstanceId(4);
    EXPECT_EQ(openAsyncMessage(of_other, key_).error().code, ErrorCode::Corrupt);
}

TEST_F(AsyncMessageTest, IsTheCallThatWasAsked) {
    const http::Request request =
        asyncCallOf({"", "GET", "/elements/api-v2/files/%252Fa/metadata?x=%20y", ""}, "id");
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.path, "/elements/api-v2/files/%2Fa/metadata");
    EXPECT_EQ(request.raw_path, "/elements/api-v2/files/%252Fa/metadata");
    EXPECT_EQ(request.query, "x=%20y");
    EXPECT_EQ(request.request_id, "id");
}

TEST_F(AsyncMessageTest, TellsTheAnswerAndItsStatus) {
    http::Response answer;
    answer.body = R"([{"id":"x"}])";
    EXPECT_EQ(
        asyncAnswerBody(kId, kInstance, answer, "r", 100),
        R"({"eventId":17,"instanceId":3,"notificationId":17,"status":200,"response":[{"id":"x"}]})"
    );
    answer.status = 404;
    answer.body = R"({"requestId":"r","message":"no"})";
    answer.headers.add("Elements-Next-Page-Token", "next");
    EXPECT_EQ(
        asyncAnswerBody(kId, kInstance, answer, "r", 100),
        R"({"eventId":17,"instanceId":3,"notificationId":17,"status":404,"nextPage":"next",)"
        R"("response":{"requestId":"r","message":"no"}})"
    );
}

TEST_F(AsyncMessageTest, TellsOfAnAnswerThatIsTooLarge) {
    http::Response answer;
    answer.body = '"' + std::string(98, 'x') + '"';
    EXPECT_THAT(asyncAnswerBody(kId, kInstance, answer, "r", 100), HasSubstr("\"status\":200"));
    answer.body = '"' + std::string(99, 'x') + '"';
    const std::string told = asyncAnswerBody(kId, kInstance, answer, "r", 100);
    EXPECT_THAT(told, HasSubstr("\"status\":413"));
    EXPECT_THAT(told, HasSubstr("Elements-Async-Request"));
    EXPECT_THAT(told, Not(HasSubstr("xxx")));
}

TEST_F(AsyncMessageTest, GoesOutSignedAndWithNothingOfTheInstanceToOthers) {
    const TimePoint now = fromEpochMilliseconds(1'760'000'000'000);
    const auto own =
        asyncCallback(kId, {"https://app.example/hook", "", "", "{}"}, settings(), now);
    EXPECT_EQ(own.method, "POST");
    EXPECT_EQ(own.url, "https://app.example/hook");
    EXPECT_EQ(own.traffic, http::Traffic::Callback);
    EXPECT_EQ(own.headers.get("Authorization"), "Basic abc");
    EXPECT_EQ(own.headers.get("Elements-Webhook-Id"), "17");
    EXPECT_TRUE(own.headers.get("Elements-Webhook-Signature"));
    EXPECT_EQ(own.headers.get("webhook-id"), "answer-17");
    const auto other = asyncCallback(kId, {"https://b.example/", "", "", "{}"}, settings(), now);
    EXPECT_FALSE(other.headers.get("Authorization"));
    EXPECT_TRUE(other.headers.get("Elements-Webhook-Signature"));
}

}  // namespace
}  // namespace ferry::api
