// Goal: a callback that fails is left alone without costing its deliveries their attempts, and one
// that wants no more gets no more. Method: the worker with everything around it in memory.

#include "unit/pipeline/delivery_worker_fixture.h"

namespace ferry::pipeline {
namespace {

class DeliveryWorkerPaceTest : public DeliveryWorkerFixture {
  protected:
    /// A delivery of instance 1 whose configuration has these values besides.
    void configure(Configuration more) {
        Instance one = instance(1);
        more["event.notification.callback.url"] = "https://app.example.com/one";
        one.sealed_configuration = sealConfiguration(more, one.name, key_, random_);
        instances_.set(one);
    }
    void failAll() {
        while (outbound_.pendingCount() > 0) {
            outbound_.completeStatus(500);
            settle();
        }
    }
    unsigned attemptsOfAll(int count) const {
        unsigned attempts = 0;
        for (int i = 1; i <= count; ++i)
            attempts += deliveries_.row(DeliveryId(i)).attempt_count;
        return attempts;
    }
};

TEST_F(DeliveryWorkerPaceTest, LeavesACallbackAloneThatFailsAgainAndAgain) {
    options_.per_callback = 4;
    for (int i = 0; i < 100; ++i)
        addDelivery(1);
    const DeliveryId other = addDelivery(2);
    settle();
    outbound_.completeStatus(500);  // of callback 1, the first that was due
    settle();
    failAll();
    EXPECT_EQ(metric("ferry_callbacks_failing"), "1");
    const unsigned before = attemptsOfAll(100);
    EXPECT_LE(before, 8U) << "five failures, and what was under way with them";

    // For an hour it is tried with one delivery at a time.
    const TimePoint end = clock_.now() + Milliseconds(3'600'000);
    while (clock_.now() < end) {
        clock_.advanceTo(settle());
        settle();
        EXPECT_LE(outbound_.pendingCount(), 2U);
        failAll();
    }
    EXPECT_LE(attemptsOfAll(100) - before, 90U) << "every two minutes at the end";
    EXPECT_EQ(deliveries_.row(other).state, DeliveryState::Waiting);

    // Once it is back, all of them arrive without anybody's help.
    for (int i = 0;
         i < 10'000 && metric("ferry_deliveries_finished_total{state=\"delivered\"}") != "101";
         ++i) {
        clock_.advanceTo(settle());
        settle();
        outbound_.completeAll(200);
        settle();
    }
    EXPECT_EQ(metric("ferry_deliveries_finished_total{state=\"delivered\"}"), "101");
    EXPECT_EQ(metric("ferry_callbacks_failing"), "0");
}

TEST_F(DeliveryWorkerPaceTest, ACallbackThatIsGoneGetsNothingMore) {
    addDelivery(1);
    addDelivery(1);
    options_.per_callback = 1;
    settle();
    outbound_.completeStatus(410);
    settle();

    EXPECT_TRUE(deliveries_.isOff(CallbackId(1)));
    EXPECT_EQ(outbound_.submittedCount(), 1U);
    EXPECT_EQ(deliveries_.row(DeliveryId(2)).state, DeliveryState::Waiting);
    EXPECT_EQ(metric("ferry_callbacks_switched_off_total"), "1");
    EXPECT_NE(lines_.find("switched off"), std::string::npos) << lines_;
}

TEST_F(DeliveryWorkerPaceTest, ASwitchThatCanNotBeRecordedIsRecordedLater) {
    addDelivery(1);
    settle();
    outbound_.completeStatus(410);
    deliveries_.is_down = true;
    worker().step();
    EXPECT_FALSE(deliveries_.isOff(CallbackId(1)));
    deliveries_.is_down = false;
    clock_.advance(Milliseconds(60'000));
    settle();
    EXPECT_TRUE(deliveries_.isOff(CallbackId(1)));
    EXPECT_EQ(deliveries_.row(DeliveryId(1)).state, DeliveryState::Dead);
}

TEST_F(DeliveryWorkerPaceTest, ThePolicyQueueSwitchesOffAfterTheLastAttempt) {
    configure(
        {{"event.notification.retry.policy", "queue"}, {"event.notification.retry.schedule", "1s"}}
    );
    addDelivery(1);
    settle();
    outbound_.completeStatus(500);
    settle();
    EXPECT_FALSE(deliveries_.isOff(CallbackId(1)));
    clock_.advance(Milliseconds(1'200));
    settle();
    outbound_.completeStatus(500);
    settle();
    EXPECT_TRUE(deliveries_.isOff(CallbackId(1)));
    EXPECT_EQ(deliveries_.row(DeliveryId(1)).state, DeliveryState::Waiting);
    EXPECT_LE(deliveries_.row(DeliveryId(1)).next_attempt_at, clock_.now()) << "it is the first";
}

class InEitherOrder : public DeliveryWorkerPaceTest,
                      public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Orders, InEitherOrder, testing::Values("instance", "object"));

TEST_P(InEitherOrder, TheLaneOfAFailedDeliveryWaitsAndNothingElse) {
    configure(
        {{"event.notification.ordering", GetParam()}, {"event.notification.retry.schedule", "10s"}}
    );
    const DeliveryId first = addDelivery(1, LaneId(16));
    const TimePoint due_at = clock_.now();
    clock_.advance(Milliseconds(7));
    settle();
    outbound_.completeStatus(500);
    settle();

    const AttemptOutcome failed = deliveries_.recorded.back();
    EXPECT_EQ(failed.lane, LaneId(16));
    EXPECT_EQ(failed.next_attempt_at, due_at) << "it keeps its place";
    EXPECT_GE(failed.lane_held_until, clock_.now() + Milliseconds(8'000));
    EXPECT_LE(failed.lane_held_until, clock_.now() + Milliseconds(12'000));
    EXPECT_EQ(failed.planned_at, failed.lane_held_until);
    EXPECT_EQ(deliveries_.paceOf(CallbackId(1)).held_until, TimePoint());

    // The last attempt: as without an order, it is a dead letter, and its lane is free.
    clock_.advanceTo(failed.planned_at);
    settle();
    outbound_.completeStatus(500);
    settle();
    EXPECT_EQ(deliveries_.row(first).state, DeliveryState::Dead);
    EXPECT_EQ(deliveries_.recorded.back().lane_held_until, TimePoint());
}

TEST_F(DeliveryWorkerPaceTest, WithoutALaneThereIsNoOrderByObject) {
    configure(
        {{"event.notification.ordering", "object"}, {"event.notification.retry.schedule", "10s"}}
    );
    const DeliveryId id = addDelivery(1);  // a copy, or made before the setting
    settle();
    outbound_.completeStatus(500);
    settle();
    EXPECT_GT(deliveries_.row(id).next_attempt_at, clock_.now());
    EXPECT_EQ(deliveries_.recorded.back().lane_held_until, TimePoint());
}

TEST_F(DeliveryWorkerPaceTest, WhatADisabledInstanceHasInALaneKeepsItsPlace) {
    configure({{"event.notification.ordering", "object"}});
    const DeliveryId id = addDelivery(1, LaneId(16));
    const TimePoint due_at = clock_.now();
    Instance disabled = instance(1);
    disabled.state = InstanceState::Disabled;
    instances_.set(disabled);
    settings_.invalidate(InstanceId(1));
    worker().step();
    EXPECT_EQ(deliveries_.row(id).next_attempt_at, due_at);
    EXPECT_EQ(
        deliveries_.recorded.back().lane_held_until, clock_.now() + DeliveryWorker::kPostponeTime
    );
}

TEST_F(DeliveryWorkerPaceTest, AnOverloadedReceiverGetsNothingForAMoment) {
    for (int i = 0; i < 10; ++i)
        addDelivery(1);
    settle();
    ASSERT_EQ(outbound_.pendingCount(), 1U) << "it has not answered well yet";
    outbound_.completeStatus(500);
    settle();
    EXPECT_EQ(outbound_.pendingCount(), 1U);
    for (const int status : {429, 502, 504}) {
        outbound_.completeStatus(status);
        const TimePoint next = settle();
        EXPECT_EQ(outbound_.pendingCount(), 0U) << status;
        clock_.advanceTo(next);
        settle();
        ASSERT_EQ(outbound_.pendingCount(), 1U) << status;
    }
}

TEST_F(DeliveryWorkerPaceTest, AfterA502TheOriginalsScheduleIsKept) {
    configure({{"event.notification.retry.schedule", "open-connectors-9"}});
    const DeliveryId id = addDelivery(1);
    settle();
    outbound_.completeStatus(502);
    settle();
    EXPECT_EQ(deliveries_.row(id).next_attempt_at, clock_.now() + Milliseconds(4'000));
}

TEST_F(DeliveryWorkerPaceTest, GathersWhatWasDeliveredWhileMuchIsUnderWay) {
    for (int i = 1; i <= 60; ++i)
        addDelivery(i);
    settle();
    outbound_.completeStatus(200);
    const TimePoint next = settle();
    EXPECT_EQ(deliveries_.row(DeliveryId(1)).state, DeliveryState::Waiting);
    EXPECT_FALSE(worker().isIdle());

    EXPECT_EQ(next, clock_.now() + Milliseconds(200));
    clock_.advanceTo(next);
    settle();
    EXPECT_EQ(deliveries_.row(DeliveryId(1)).state, DeliveryState::Delivered);

    outbound_.completeStatus(200);
    outbound_.completeStatus(500);
    settle();
    EXPECT_EQ(deliveries_.row(DeliveryId(2)).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries_.row(DeliveryId(3)).attempt_count, 1U) << "a failure waits for nothing";

    for (int i = 0; i < 40; ++i)
        outbound_.completeStatus(200);
    settle();
    EXPECT_EQ(deliveries_.row(DeliveryId(43)).state, DeliveryState::Delivered)
        << "with little under way nothing gathers";
}

TEST_F(DeliveryWorkerPaceTest, RecordsWhatHasGatheredWhenItIsStopped) {
    for (int i = 1; i <= 60; ++i)
        addDelivery(i);
    settle();
    outbound_.completeStatus(200);
    settle();
    EXPECT_EQ(deliveries_.row(DeliveryId(1)).state, DeliveryState::Waiting);

    worker().finish();
    EXPECT_EQ(deliveries_.row(DeliveryId(1)).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
}

}  // namespace
}  // namespace ferry::pipeline
