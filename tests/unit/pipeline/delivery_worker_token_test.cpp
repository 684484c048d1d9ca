// Goal: a callback that wants OAuth 2 gets its token within the attempt, and a token URL that fails
// costs an attempt and nothing else. Method: the worker on a standing clock, both URLs answered by
// hand.

#include "delivery_worker_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;
using testing::Not;

class DeliveryWorkerTokenTest : public DeliveryWorkerFixture {
  protected:
    void addInstance(std::int64_t id, const Configuration& more = {}) {
        Instance made = instance(id);
        Configuration configuration{
            {"event.notification.callback.url", "https://app.example.com/hook"},
            {"event.notification.oauth2.token.url", "https://login.example.com/token"},
            {"event.notification.oauth2.client.id", "ferry"},
            {"event.notification.oauth2.client.secret", "s3cret"}};
        configuration.insert(more.begin(), more.end());
        made.sealed_configuration = sealConfiguration(configuration, made.name, key_, random_);
        instances_.set(made);
    }
    bool isTokenAsked() const {
        return outbound_.pendingCount() > 0 &&
               outbound_.oldest().url == "https://login.example.com/token";
    }
    void answerToken(const std::string& token) {
        ASSERT_TRUE(isTokenAsked());
        http::OutboundResponse response = test::FakeOutbound::answer(200);
        response.body = R"({"access_token":")" + token + R"(","expires_in":3600})";
        outbound_.complete(std::move(response));
        settle();
    }
    std::string sentToken() const {
        return std::string(outbound_.oldest().headers.get("Authorization").value_or("none"));
    }
    void answer(int status) {
        outbound_.completeStatus(status);
        settle();
    }
};

TEST_F(DeliveryWorkerTokenTest, OneFetchServesAllAndLaterOnesNeedNone) {
    addInstance(1);
    addInstance(2);
    const DeliveryId first = addDelivery(1);
    const DeliveryId second = addDelivery(2);
    settle();
    EXPECT_EQ(outbound_.pendingCount(), 1U);
    EXPECT_FALSE(worker().isIdle());
    answerToken("tok-1");
    ASSERT_EQ(outbound_.pendingCount(), 2U);
    EXPECT_EQ(outbound_.oldest().url, "https://app.example.com/hook");
    EXPECT_EQ(sentToken(), "Bearer tok-1");
    answer(200);
    EXPECT_EQ(sentToken(), "Bearer tok-1");
    answer(200);
    EXPECT_EQ(deliveries_.row(first).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries_.row(second).attempt_count, 1U);

    addDelivery(1);
    settle();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    EXPECT_EQ(sentToken(), "Bearer tok-1");
    EXPECT_EQ(lines_, "");
}

TEST_F(DeliveryWorkerTokenTest, AKeptTokenThatIsRefusedIsReplacedOnceWithinTheAttempt) {
    addInstance(1);
    addDelivery(1);
    settle();
    answerToken("tok-1");
    answer(200);

    const DeliveryId id = addDelivery(1);
    settle();
    answer(401);
    answerToken("tok-2");
    EXPECT_EQ(sentToken(), "Bearer tok-2");
    EXPECT_EQ(deliveries_.row(id).attempt_count, 0U) << "still the same attempt";
    answer(401);
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "a fresh one was refused: another would not help";
    EXPECT_EQ(deliveries_.row(id).attempt_count, 1U);
    EXPECT_EQ(deliveries_.row(id).last_status, 401);
    EXPECT_EQ(deliveries_.leasedCount(), 0U);

    clock_.advance(Milliseconds(5'000));
    settle();
    EXPECT_TRUE(isTokenAsked()) << "the refused one is not kept";
}

TEST_F(DeliveryWorkerTokenTest, NoTokenIsAFailedAttemptAndSwitchesNothingOff) {
    addInstance(1);
    const DeliveryId id = addDelivery(1);
    settle();
    ASSERT_TRUE(isTokenAsked());
    answer(410);
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "nothing goes out without a token";
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Waiting);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 1U);
    EXPECT_EQ(deliveries_.row(id).last_status, 0);
    EXPECT_EQ(
        deliveries_.row(id).last_error, "no access token from the token URL: it answered 410"
    );
    EXPECT_EQ(metric("ferry_delivery_attempts_total{result=\"no_token\"}"), "1");
    EXPECT_EQ(metric("ferry_callbacks_switched_off_total"), "0");
    EXPECT_THAT(lines_, HasSubstr("no access token from the token URL"));
    EXPECT_THAT(lines_, Not(HasSubstr("s3cret")));

    clock_.advance(Milliseconds(5'000));
    settle();
    answerToken("tok-1");
    answer(200);
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 2U);
}

TEST_F(DeliveryWorkerTokenTest, WhatWaitsForATokenIsGivenBackAtTheEnd) {
    addInstance(1);
    const DeliveryId id = addDelivery(1);
    settle();
    ASSERT_TRUE(isTokenAsked());
    worker().finish();
    EXPECT_TRUE(worker().isIdle());
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 0U);
}

TEST_F(DeliveryWorkerTokenTest, ATokenThatComesWhileTheHubStopsSendsNothing) {
    addInstance(1);
    const DeliveryId id = addDelivery(1);
    settle();
    worker().stop();
    answerToken("tok-1");
    EXPECT_EQ(outbound_.pendingCount(), 0U);
    EXPECT_TRUE(worker().isIdle());
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 0U);
}

TEST_F(DeliveryWorkerTokenTest, AStoreThatFailsMeanwhileCostsNoAttempt) {
    addInstance(1);
    const DeliveryId id = addDelivery(1);
    settle();
    events_.failure = Error{ErrorCode::Unavailable, "disk full"};
    answerToken("tok-1");
    events_.failure.reset();
    EXPECT_EQ(outbound_.pendingCount(), 0U);
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 0U);
    clock_.advance(Milliseconds(10'000));
    settle();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    EXPECT_EQ(sentToken(), "Bearer tok-1");
}

}  // namespace
}  // namespace ferry::pipeline
