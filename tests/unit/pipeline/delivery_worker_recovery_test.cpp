// Goal: once a callback is back after an outage, all that waits for it arrives within a short time,
// also after a restart, and not by its schedule of hours. Method: the worker with everything around
// it in memory, on a clock that the test moves.

#include "unit/pipeline/delivery_worker_fixture.h"

namespace ferry::pipeline {
namespace {

constexpr Milliseconds kHour{3'600'000};

class DeliveryWorkerRecovery : public DeliveryWorkerFixture {
  protected:
    /// Goes on until `end` with every request answered so.
    void run(TimePoint end, int status) {
        for (;;) {
            const TimePoint next = settle();
            if (outbound_.pendingCount() > 0) {
                outbound_.completeAll(status);
                continue;
            }
            if (next > end) break;
            clock_.advanceTo(next);
        }
        clock_.advanceTo(end);
    }
    int waitingCount() {
        return static_cast<int>((*deliveries_.countByState())[DeliveryState::Waiting]);
    }
    /// Of the first `count` deliveries, the latest time of the next attempt.
    TimePoint latest(int count) const {
        TimePoint time{};
        for (int i = 1; i <= count; ++i)
            time = std::max(time, deliveries_.row(DeliveryId(i)).next_attempt_at);
        return time;
    }
};

TEST_F(DeliveryWorkerRecovery, WhatWaitsForItsScheduleGoesOutAtOnce) {
    constexpr int kCount = 20;
    for (int i = 0; i < kCount; ++i)
        addDelivery(1);
    run(clock_.now() + 30 * kHour, 500);
    ASSERT_GT(latest(kCount) - clock_.now(), Milliseconds(600'000)) << "by the schedule";
    EXPECT_NE(lines_.find("left alone for a while"), std::string::npos) << lines_;

    addDelivery(1);  // the next event finds out that the callback is back
    run(clock_.now() + Milliseconds(180'000), 200);

    EXPECT_EQ(waitingCount(), 0) << "two minutes of the breaker, and the rest at once";
    EXPECT_NE(metric("ferry_deliveries_brought_forward_total"), "0");
}

TEST_F(DeliveryWorkerRecovery, AlsoAfterARestart) {
    for (int i = 0; i < 20; ++i)
        addDelivery(1);
    run(clock_.now() + 10 * kHour, 500);
    worker_.reset();
    deliveries_.endAllLeases();
    deliveries_.pace(CallbackId(1), {});  // of the process that ended
    const DeliveryId fresh = addDelivery(1);

    run(clock_.now() + Milliseconds(1'000), 200);

    EXPECT_EQ(deliveries_.row(fresh).state, DeliveryState::Delivered);
    EXPECT_EQ(waitingCount(), 0);
}

TEST_F(DeliveryWorkerRecovery, ADeliveryThatIsNeverTakenKeepsItsSchedule) {
    const DeliveryId poison = addDelivery(1);
    settle();
    outbound_.completeStatus(500);
    for (int minute = 0; minute < 60; ++minute) {
        clock_.advance(Milliseconds(60'000));
        addDelivery(1);
        settle();
        while (outbound_.pendingCount() > 0) {
            const bool is_poison = outbound_.oldest().body.find("\"event1\"") != std::string::npos;
            outbound_.completeStatus(is_poison ? 500 : 200);
            settle();
        }
    }
    // By the schedule: at once, after 5 s, after 5 min, after 30 min.
    EXPECT_EQ(deliveries_.row(poison).attempt_count, 4U);
    EXPECT_EQ(deliveries_.row(poison).state, DeliveryState::Waiting);
    const auto sent = deliveries_.attempts(InstanceId(1), poison, 100)->size();
    EXPECT_LE(sent, 7U) << "it is not brought forward again and again";
}

TEST_F(DeliveryWorkerRecovery, AnAttemptBeforeItsTimeUsesUpNone) {
    const DeliveryId slow = addDelivery(1);
    run(clock_.now() + 3 * kHour, 500);
    const Delivery before = deliveries_.row(slow);
    ASSERT_GT(before.next_attempt_at - clock_.now(), kHour);

    // The callback comes and goes, and so does the hub: each life finds it back, for the others.
    for (int life = 0; life < 20; ++life) {
        worker_.reset();
        deliveries_.endAllLeases();
        deliveries_.pace(CallbackId(1), {});
        addDelivery(1);
        settle();
        outbound_.completeStatus(200);
        settle();
        ASSERT_EQ(outbound_.pendingCount(), 1U) << "it is brought forward";
        outbound_.completeStatus(500);
        settle();
    }

    EXPECT_EQ(deliveries_.row(slow).attempt_count, before.attempt_count);
    EXPECT_EQ(deliveries_.row(slow).next_attempt_at, before.next_attempt_at);
    clock_.advanceTo(before.next_attempt_at);
    settle();
    outbound_.completeStatus(500);
    settle();
    EXPECT_EQ(deliveries_.row(slow).attempt_count, before.attempt_count + 1);
}

TEST_F(DeliveryWorkerRecovery, AStoreThatFailsIsAskedAgain) {
    for (int i = 0; i < 3; ++i)
        addDelivery(1);
    run(clock_.now() + kHour, 500);
    worker_.reset();
    deliveries_.endAllLeases();
    deliveries_.pace(CallbackId(1), {});
    deliveries_.is_down = true;
    addDelivery(1);
    worker().step();
    EXPECT_NE(lines_.find("look for deliveries to bring forward"), std::string::npos) << lines_;
    deliveries_.is_down = false;

    run(clock_.now() + Milliseconds(60'000), 200);

    EXPECT_EQ(waitingCount(), 0);
}

}  // namespace
}  // namespace ferry::pipeline
