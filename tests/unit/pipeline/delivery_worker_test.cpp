// Goal: due deliveries become signed requests within the limits, and what comes of them is
// recorded. Method: the worker is stepped on a standing clock; requests are answered by hand.

#include "base/encoding.h"
#include "delivery_worker_fixture.h"

namespace ferry::pipeline {
namespace {

using http::TransportError;

class DeliveryWorkerTest : public DeliveryWorkerFixture {};

TEST_F(DeliveryWorkerTest, SendsADueDeliveryAsASignedCallback) {
    addDelivery();

    settle();

    ASSERT_EQ(outbound_.pendingCount(), 1U);
    EXPECT_EQ(outbound_.heldCount(), 0U);
    const http::OutboundRequest request = outbound_.oldest();
    std::map<std::string, std::string> headers(
        request.headers.fields().begin(), request.headers.fields().end()
    );
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://app.example.com/instance-1");
    EXPECT_EQ(request.traffic, http::Traffic::Callback);
    EXPECT_EQ(request.timeout, Milliseconds(15'000));
    EXPECT_EQ(request.response_bytes_max, 65536U);
    EXPECT_EQ(headers["Content-Type"], "application/json");
    EXPECT_EQ(headers["User-Agent"], "Ferry");
    EXPECT_EQ(headers["Elements-Webhook-Id"], "1");
    EXPECT_EQ(headers["webhook-timestamp"], "1582303421");
    EXPECT_EQ(
        headers["Elements-Webhook-Signature"],
        "sha256=" + base64Encode(asText(hmacSha256("MySecretEventSignatureKey", request.body)))
    );
    EXPECT_NE(request.body.find(R"("eventId":")" + headers["webhook-id"] + '"'), std::string::npos);
    EXPECT_NE(request.body.find(R"("events":[{"id":"event1"}])"), std::string::npos);
}

TEST_F(DeliveryWorkerTest, RecordsADeliveryThatWasAccepted) {
    const DeliveryId id = addDelivery();
    settle();

    clock_.advance(Milliseconds(40));
    outbound_.completeStatus(204);
    EXPECT_EQ(wakes_, 1);
    settle();

    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 1U);
    EXPECT_EQ(deliveries_.row(id).last_status, 204);
    EXPECT_EQ(deliveries_.row(id).last_error, "");
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_TRUE(worker().isIdle());
    EXPECT_EQ(metric("ferry_delivery_attempts_total{result=\"2xx\"}"), "1");
    EXPECT_EQ(metric("ferry_deliveries_finished_total{state=\"delivered\"}"), "1");
    EXPECT_EQ(metric("ferry_delivered_events_total"), "1");
    EXPECT_EQ(metric("ferry_delivery_lag_seconds_sum"), "0.04");
    EXPECT_EQ(metric("ferry_delivery_attempt_seconds_sum{result=\"delivered\"}"), "0.012");
}

TEST_F(DeliveryWorkerTest, RepeatsTheSameBytesAndIdsWithANewTimestamp) {
    addDelivery();
    settle();
    const http::OutboundRequest first = outbound_.oldest();
    outbound_.completeStatus(500);

    const TimePoint next = settle();
    EXPECT_EQ(next, clock_.now() + Milliseconds(5'000));
    EXPECT_EQ(outbound_.pendingCount(), 0U);
    clock_.advanceTo(next);
    settle();

    const http::OutboundRequest second = outbound_.oldest();
    EXPECT_EQ(second.body, first.body);
    const auto isTheSame = [&](std::string_view name) {
        return second.headers.get(name).value() == first.headers.get(name).value();
    };
    EXPECT_TRUE(isTheSame("Elements-Webhook-Id"));
    EXPECT_TRUE(isTheSame("webhook-id"));
    EXPECT_EQ(second.headers.get("webhook-timestamp"), "1582303426");
    EXPECT_FALSE(isTheSame("webhook-signature"));
    EXPECT_FALSE(isTheSame("traceparent"));
}

TEST_F(DeliveryWorkerTest, GivesUpAfterTheLastAttempt) {
    const DeliveryId id = addDelivery();
    TimePoint next = settle();
    for (unsigned attempt = 1; attempt <= 10; ++attempt) {
        ASSERT_EQ(outbound_.pendingCount(), 1U) << attempt;
        outbound_.completeError(TransportError::Refused);
        settle();
        EXPECT_EQ(deliveries_.row(id).attempt_count, attempt);
        clock_.advanceTo(deliveries_.row(id).next_attempt_at);
        next = settle();
    }

    EXPECT_EQ(outbound_.pendingCount(), 0U);
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Dead);
    EXPECT_NE(deliveries_.row(id).last_error.find("not sent"), std::string::npos);
    EXPECT_EQ(metric("ferry_deliveries_finished_total{state=\"dead\"}"), "1");
    EXPECT_NE(lines_.find("delivery is dead"), std::string::npos) << lines_;
    EXPECT_NE(lines_.find("instance=instance-1 "), std::string::npos) << lines_;
    EXPECT_EQ(metric("ferry_delivery_attempts_total{result=\"refused\"}"), "10");
    EXPECT_GT(next, clock_.now());
}

TEST_F(DeliveryWorkerTest, HonoursRetryAfterByTheWallClock) {
    const DeliveryId id = addDelivery();
    clock_.shiftWall(Milliseconds(3'600'000));  // 17:43:41 on the wall
    settle();

    http::OutboundResponse response = outbound_.answer(503);
    response.headers.add("retry-after", "Fri, 21 Feb 2020 17:53:41 GMT");
    outbound_.complete(std::move(response));
    settle();

    EXPECT_EQ(deliveries_.row(id).next_attempt_at, clock_.now() + Milliseconds(600'000));
}

TEST_F(DeliveryWorkerTest, KeepsTheLimitPerCallback) {
    options_.per_callback = 2;
    options_.breaker.first_window = 2;
    for (int i = 0; i < 5; ++i)
        addDelivery(1);
    addDelivery(2);

    settle();
    EXPECT_EQ(outbound_.pendingCount(), 3U);
    outbound_.completeStatus(200);  // one of callback 1
    settle();

    EXPECT_EQ(outbound_.pendingCount(), 3U);
    EXPECT_EQ(outbound_.submittedCount(), 4U);
}

TEST_F(DeliveryWorkerTest, KeepsTheLimitOfAll) {
    options_.concurrency = 100;
    for (int i = 1; i <= 150; ++i)
        addDelivery(i);

    EXPECT_EQ(settle(), TimePoint::max());
    EXPECT_EQ(outbound_.pendingCount(), 100U);
    outbound_.completeAll(200);
    settle();
    EXPECT_EQ(outbound_.pendingCount(), 50U);
    outbound_.completeAll(200);
    settle();

    EXPECT_EQ(deliveries_.countByState()->at(DeliveryState::Delivered), 150);
}

TEST_F(DeliveryWorkerTest, RecordsManyAnswersInOneTransaction) {
    for (int i = 1; i <= 20; ++i)
        addDelivery(i);
    settle();
    outbound_.completeAll(200);
    const std::size_t calls_before = deliveries_.record_calls;

    settle();

    EXPECT_EQ(deliveries_.record_calls, calls_before + 1);
}

TEST_F(DeliveryWorkerTest, LooksAgainAfterAWhileEvenIfNothingIsKnownToBeDue) {
    EXPECT_EQ(settle(), clock_.now() + Milliseconds(30'000));
}

TEST_F(DeliveryWorkerTest, WaitsWhileTheInstanceDoesNotDeliver) {
    struct Case {
        InstanceState state;
        bool events_enabled;
        bool delivers;
    };
    const Case cases[] = {
        {InstanceState::Running, true, true},
        {InstanceState::NeedsReauthorization, true, true},
        {InstanceState::AwaitingAuthorization, true, true},
        {InstanceState::Disabled, true, false},
        {InstanceState::Running, false, false},
    };
    std::int64_t number = 0;
    for (const Case& test : cases) {
        Instance changed = instance(++number);
        changed.state = test.state;
        changed.events_enabled = test.events_enabled;
        instances_.set(changed);
        const DeliveryId id = addDelivery(number);

        settle();

        EXPECT_EQ(outbound_.pendingCount(), test.delivers ? 1U : 0U) << number;
        EXPECT_EQ(deliveries_.row(id).attempt_count, 0U);
        if (test.delivers) outbound_.completeStatus(200);
    }
}

TEST_F(DeliveryWorkerTest, DeliversWhatWaitedOnceTheInstanceDeliversAgain) {
    Instance changed = instance(1);
    changed.state = InstanceState::Disabled;
    instances_.set(changed);
    const DeliveryId id = addDelivery(1);
    settle();
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Waiting);
    EXPECT_EQ(deliveries_.row(id).last_error, "the instance is disabled");
    EXPECT_EQ(deliveries_.leasedCount(), 0U);

    changed.state = InstanceState::Running;
    changed.updated_at += Milliseconds(1);
    instances_.set(changed);
    clock_.advance(DeliveryWorker::kPostponeTime);
    settle();

    EXPECT_EQ(outbound_.pendingCount(), 1U);
}

TEST_F(DeliveryWorkerTest, WaitsWithoutACallbackUrl) {
    Instance changed = instance(1);
    changed.sealed_configuration = sealConfiguration({}, changed.name, key_, random_);
    instances_.set(changed);
    const DeliveryId id = addDelivery(1);

    settle();

    EXPECT_EQ(outbound_.submittedCount(), 0U);
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Waiting);
    EXPECT_NE(deliveries_.row(id).last_error.find("callback.url"), std::string::npos);
}

TEST_F(DeliveryWorkerTest, UsesTheSettingsOfNow) {
    addDelivery(1);
    settle();
    outbound_.completeStatus(500);
    settle();
    Instance changed = instance(1);
    changed.updated_at += Milliseconds(1);
    changed.sealed_configuration = sealConfiguration(
        {{"event.notification.callback.url", "https://new.example.com/"}},
        changed.name,
        key_,
        random_
    );
    instances_.set(changed);

    clock_.advance(Milliseconds(5'000));
    settle();

    EXPECT_EQ(outbound_.oldest().url, "https://new.example.com/");
}

TEST_F(DeliveryWorkerTest, DropsADeliveryWhoseInstanceIsGone) {
    const DeliveryId id = addDelivery(1);
    instances_.erase(InstanceId(1));

    settle();

    EXPECT_EQ(outbound_.submittedCount(), 0U);
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Dead);
    EXPECT_EQ(metric("ferry_deliveries_finished_total{state=\"dropped\"}"), "1");
}

TEST_F(DeliveryWorkerTest, DropsADeliveryWhoseEventsAreGone) {
    const DeliveryId id = addDelivery(1);
    events_.clear();

    settle();

    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Dead);
    EXPECT_EQ(deliveries_.row(id).last_error, "its events are no longer in the log");
}

}  // namespace
}  // namespace ferry::pipeline
