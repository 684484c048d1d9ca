// Goal: nothing is delivered before the receiver allows it, waiting costs no attempts, and a rate
// that it sets is kept. Method: the worker on a standing clock; OPTIONS and callbacks are answered
// by hand.

#include "delivery_worker_fixture.h"
#include "support/fake_meta_store.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;

class DeliveryWorkerPermissionTest : public DeliveryWorkerFixture {
  protected:
    DeliveryWorkerPermissionTest() {
        options_.request.origin = "hub.example.com";
        permissions_ = &asked_;
    }
    void addInstance(std::int64_t id, const Configuration& more = {}) {
        Instance made = instance(id);
        Configuration configuration{
            {"event.notification.callback.url", "https://app.example.com/" + made.name},
            {"event.notification.format", "cloudevents"},
            {"event.notification.cloudevents.handshake", "true"}};
        for (const auto& [key, value] : more)
            configuration["event.notification." + key] = value;
        made.sealed_configuration = sealConfiguration(configuration, made.name, key_, random_);
        instances_.set(made);
    }
    void answer(int status, const std::string& origin = "", const std::string& rate = "") {
        http::OutboundResponse response = test::FakeOutbound::answer(status);
        if (!origin.empty()) response.headers.add("WebHook-Allowed-Origin", origin);
        if (!rate.empty()) response.headers.add("WebHook-Allowed-Rate", rate);
        outbound_.complete(std::move(response));
    }
    std::string method() const {
        return outbound_.pendingCount() == 0 ? "none" : outbound_.oldest().method;
    }

    test::FakeMetaStore meta_;
    CallbackPermissions asked_{
        meta_,
        outbound_,
        clock_,
        random_,
        key_,
        PermissionOptions{"https://hub.example.com"},
        [this] { ++wakes_; }};
};

TEST_F(DeliveryWorkerPermissionTest, AsksOnceAndThenDelivers) {
    options_.breaker.first_window = 4;
    addInstance(1);
    for (int i = 0; i < 3; ++i)
        addDelivery(1);
    settle();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    EXPECT_EQ(method(), "OPTIONS");
    answer(200, "hub.example.com");
    settle();
    ASSERT_EQ(outbound_.pendingCount(), 3U);
    EXPECT_EQ(method(), "POST");
    EXPECT_EQ(outbound_.oldest().headers.get("WebHook-Request-Origin"), "hub.example.com");
    outbound_.completeAll(200);
    settle();
    EXPECT_EQ(deliveries_.row(DeliveryId(1)).attempt_count, 1U);
    EXPECT_EQ(metric("ferry_delivery_attempts_total{result=\"2xx\"}"), "3") << "OPTIONS is none";
    addDelivery(1);
    settle();
    EXPECT_EQ(method(), "POST");
    EXPECT_EQ(lines_, "");
}

TEST_F(DeliveryWorkerPermissionTest, UntilItIsGrantedDeliveriesWaitWithoutAttempts) {
    addInstance(1);
    for (int i = 0; i < 20; ++i)
        addDelivery(1);
    settle();
    int questions = 0;
    const TimePoint end = clock_.now() + Milliseconds(24 * 3'600'000);
    while (clock_.now() < end) {
        while (outbound_.pendingCount() > 0) {
            ASSERT_EQ(method(), "OPTIONS");
            ++questions;
            answer(404);
            settle();
        }
        clock_.advanceTo(std::max(settle(), clock_.now() + Milliseconds(1)));
        settle();
    }
    EXPECT_GT(questions, 20);
    EXPECT_LT(questions, 60) << "an hour or a half between two at the end";
    for (int i = 1; i <= 20; ++i)
        EXPECT_EQ(deliveries_.row(DeliveryId(i)).attempt_count, 0U);
    EXPECT_THAT(lines_, HasSubstr("has not given its permission"));
    EXPECT_EQ(lines_.find("permission", lines_.find("OPTIONS") + 30), std::string::npos)
        << "one line for one reason: " << lines_;

    clock_.advance(Milliseconds(3'600'000));
    settle();
    ASSERT_EQ(method(), "OPTIONS");
    answer(200, "*");
    settle();
    while (outbound_.pendingCount() > 0) {
        EXPECT_EQ(method(), "POST");
        outbound_.completeStatus(200);
        settle();
    }
    EXPECT_EQ(metric("ferry_deliveries_finished_total{state=\"delivered\"}"), "20");
}

TEST_F(DeliveryWorkerPermissionTest, AGrantThatComesLaterEndsTheWait) {
    addInstance(1);
    addDelivery(1);
    addInstance(2, {{"cloudevents.handshake", "false"}});
    const DeliveryId other = addDelivery(2);
    settle();
    const std::string url(
        outbound_.oldest().headers.get("WebHook-Request-Callback").value_or("none")
    );
    answer(202);
    outbound_.completeStatus(200);
    settle();
    EXPECT_EQ(deliveries_.row(other).state, DeliveryState::Delivered) << "others do not wait";
    ASSERT_EQ(outbound_.pendingCount(), 0U);
    http::Request request;
    request.method = "GET";
    ASSERT_EQ(asked_.receiveGrant(url.substr(url.rfind('/') + 1), request).status, 200);
    settle();
    EXPECT_EQ(method(), "POST");
}

TEST_F(DeliveryWorkerPermissionTest, TheRateThatIsAllowedIsKept) {
    addInstance(1, {{"rate.limit", "100/s"}});
    for (int i = 0; i < 40; ++i)
        addDelivery(1);
    settle();
    EXPECT_EQ(outbound_.oldest().headers.get("WebHook-Request-Rate"), "6000");
    answer(200, "*", "30");
    settle();
    int sent = 0;
    const TimePoint begin = clock_.now();
    while (sent < 40 && clock_.now() < begin + Milliseconds(600'000)) {
        while (outbound_.pendingCount() > 0) {
            ++sent;
            outbound_.completeStatus(200);
            settle();
        }
        if (sent == 40) break;
        clock_.advanceTo(std::max(settle(), clock_.now() + Milliseconds(1)));
        settle();
    }
    EXPECT_EQ(sent, 40);
    EXPECT_GE(clock_.now() - begin, Milliseconds(50'000)) << "40 at 30 a minute, some at once";
    EXPECT_LE(clock_.now() - begin, Milliseconds(90'000));
}

TEST_F(DeliveryWorkerPermissionTest, WhatWaitsForAnAnswerIsGivenBackAtTheEnd) {
    addInstance(1);
    const DeliveryId id = addDelivery(1);
    settle();
    worker().finish();
    EXPECT_TRUE(worker().isIdle());
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 0U);
}

TEST_F(DeliveryWorkerPermissionTest, AStoreThatFailsMeanwhileLosesNoAnswer) {
    addInstance(1);
    const DeliveryId id = addDelivery(1);
    settle();
    meta_.refuses_writes = true;
    answer(200, "*");
    settle();
    EXPECT_EQ(outbound_.pendingCount(), 0U) << "nothing goes out on a grant that may be forgotten";
    meta_.refuses_writes = false;
    clock_.advance(Milliseconds(10'000));
    settle();
    EXPECT_EQ(method(), "POST");
    EXPECT_EQ(deliveries_.row(id).attempt_count, 0U);
}

}  // namespace
}  // namespace ferry::pipeline
