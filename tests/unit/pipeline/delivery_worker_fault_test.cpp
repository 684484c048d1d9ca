// Goal: no failure of the store, of one instance or of the shutdown loses or blocks a delivery.
// Method: the store is switched off at each point where the worker needs it, then on again.

#include "delivery_worker_fixture.h"

namespace ferry::pipeline {
namespace {

using http::TransportError;

class DeliveryWorkerFaultTest : public DeliveryWorkerFixture {
  protected:
    /// Steps at the times the worker asks for, until nothing is under way; the store is up.
    void runUntilDelivered(DeliveryId id) {
        for (int i = 0; i < 100; ++i) {
            if (deliveries_.row(id).state == DeliveryState::Delivered) return;
            if (outbound_.pendingCount() > 0) outbound_.completeAll(200);
            clock_.advanceTo(worker().step());
        }
        ADD_FAILURE() << "delivery " << id.value << " was lost";
    }
};

TEST_F(DeliveryWorkerFaultTest, KeepsAnOutcomeThatCouldNotBeRecorded) {
    const DeliveryId id = addDelivery();
    settle();
    outbound_.completeStatus(200);
    deliveries_.is_down = true;

    const TimePoint next = settle();
    EXPECT_FALSE(worker().isIdle());
    EXPECT_LE(next, clock_.now() + Milliseconds(100));
    deliveries_.is_down = false;
    clock_.advanceTo(next);
    settle();

    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Delivered);
    EXPECT_EQ(outbound_.submittedCount(), 1U);
    EXPECT_TRUE(worker().isIdle());
    EXPECT_EQ(metric("ferry_delivery_store_failures_total"), "1");
}

TEST_F(DeliveryWorkerFaultTest, BacksOffFromAStoreThatStaysDown) {
    addDelivery();
    deliveries_.is_down = true;
    const TimePoint start = clock_.now();

    int steps = 0;
    while (clock_.now() < start + Milliseconds(3'600'000)) {
        clock_.advanceTo(worker().step());
        ++steps;
    }

    EXPECT_LT(steps, 800);  // an hour of pauses of 5 to 10 s, and the short first ones
    EXPECT_GT(steps, 300);
}

TEST_F(DeliveryWorkerFaultTest, LeasesNoMoreThanItCanRememberWhileOutcomesWait) {
    options_.concurrency = 10;
    options_.per_callback = 10;
    options_.breaker.first_window = 10;
    for (int i = 0; i < 30; ++i)
        addDelivery();
    settle();
    outbound_.completeAll(200);
    deliveries_.is_down = true;
    for (int i = 0; i < 50; ++i)
        clock_.advanceTo(worker().step());

    EXPECT_EQ(outbound_.submittedCount(), 10U);
    EXPECT_EQ(deliveries_.leasedCount(), 10U);
}

TEST_F(DeliveryWorkerFaultTest, GivesBackWhatItLeasedIfInstancesCantBeRead) {
    const DeliveryId first = addDelivery(1);
    const DeliveryId second = addDelivery(2);
    instances_.is_down = true;

    const TimePoint next = settle();
    EXPECT_GT(next, clock_.now());
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_EQ(deliveries_.row(first).attempt_count, 0U);
    instances_.is_down = false;

    runUntilDelivered(first);
    runUntilDelivered(second);
}

TEST_F(DeliveryWorkerFaultTest, GivesBackWhatItLeasedIfEventsCantBeRead) {
    const DeliveryId id = addDelivery();
    events_.failure = Error(ErrorCode::Unavailable, "busy");

    settle();
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    events_.failure.reset();

    runUntilDelivered(id);
}

TEST_F(DeliveryWorkerFaultTest, GivesBackAllWhoseEventsAreReadTogether) {
    std::vector<DeliveryId> ids;
    for (int i = 0; i < 20; ++i)
        ids.push_back(addDelivery());
    options_.per_callback = 20;
    options_.breaker.first_window = 20;
    events_.failure = Error(ErrorCode::Unavailable, "busy");
    events_.failure_of = EventNumber(18);

    settle();
    // The first read was whole: what it gave is under way.
    EXPECT_EQ(outbound_.pendingCount(), 16U);
    EXPECT_EQ(deliveries_.leasedCount(), 16U);
    EXPECT_EQ(deliveries_.row(ids[16]).attempt_count, 0U);
    events_.failure.reset();

    for (const DeliveryId id : ids)
        runUntilDelivered(id);
}

TEST_F(DeliveryWorkerFaultTest, SetsAsideOneOfThoseThatAreReadTogether) {
    options_.breaker.first_window = 3;
    const DeliveryId first = addDelivery();
    const DeliveryId corrupt = addDelivery();
    const DeliveryId last = addDelivery();
    events_.failure = Error(ErrorCode::Corrupt, "event 2: body is cut");
    events_.failure_of = EventNumber(corrupt.value);

    settle();
    EXPECT_EQ(outbound_.pendingCount(), 2U);
    EXPECT_EQ(deliveries_.row(corrupt).last_error, "event 2: body is cut");

    runUntilDelivered(first);
    runUntilDelivered(last);
    EXPECT_EQ(deliveries_.row(corrupt).state, DeliveryState::Waiting);
}

TEST_F(DeliveryWorkerFaultTest, SetsAsideOneInstanceThatDoesNotOpen) {
    Instance broken = instance(1);
    broken.sealed_configuration = "sealed with another key";
    instances_.set(broken);
    const DeliveryId waiting = addDelivery(1);
    const DeliveryId good = addDelivery(2);

    settle();
    EXPECT_EQ(outbound_.pendingCount(), 1U);
    runUntilDelivered(good);

    EXPECT_EQ(deliveries_.row(waiting).state, DeliveryState::Waiting);
    EXPECT_EQ(deliveries_.row(waiting).attempt_count, 0U);
    EXPECT_NE(deliveries_.row(waiting).last_error.find("instance-1"), std::string::npos);
}

TEST_F(DeliveryWorkerFaultTest, SetsAsideEventsThatAreCorrupt) {
    const DeliveryId id = addDelivery();
    events_.failure = Error(ErrorCode::Corrupt, "event 1: body is cut");

    settle();

    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Waiting);
    EXPECT_EQ(deliveries_.row(id).last_error, "event 1: body is cut");
    EXPECT_EQ(deliveries_.row(id).next_attempt_at, clock_.now() + DeliveryWorker::kPostponeTime);
}

TEST_F(DeliveryWorkerFaultTest, CountsNoAttemptThatWasCancelled) {
    const DeliveryId id = addDelivery();
    settle();

    outbound_.completeError(TransportError::Cancelled);
    const TimePoint next = settle();

    EXPECT_EQ(deliveries_.row(id).attempt_count, 0U);
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_GT(next, clock_.now());
    runUntilDelivered(id);
}

TEST_F(DeliveryWorkerFaultTest, LeasesNothingOnceItStops) {
    worker().stop();
    addDelivery();

    EXPECT_EQ(settle(), TimePoint::max());
    EXPECT_EQ(deliveries_.lease_calls, 0U);
    EXPECT_TRUE(worker().isIdle());
}

TEST_F(DeliveryWorkerFaultTest, RecordsWhatComesBackWhileItStops) {
    const DeliveryId id = addDelivery();
    settle();
    worker().stop();
    settle();
    EXPECT_FALSE(worker().isIdle());

    outbound_.completeStatus(200);
    settle();

    EXPECT_TRUE(worker().isIdle());
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Delivered);
}

TEST_F(DeliveryWorkerFaultTest, GivesBackAtTheEndWhatHasNoAnswer) {
    const DeliveryId answered = addDelivery(1);
    const DeliveryId unanswered = addDelivery(2);
    settle();
    outbound_.completeStatus(200);

    worker().finish();

    EXPECT_EQ(deliveries_.row(answered).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries_.row(unanswered).state, DeliveryState::Waiting);
    EXPECT_EQ(deliveries_.row(unanswered).attempt_count, 0U);
    EXPECT_EQ(deliveries_.leasedCount(), 0U);
    EXPECT_EQ(outbound_.cancelledCount(), 1U);
    EXPECT_TRUE(worker().isIdle());
}

TEST_F(DeliveryWorkerFaultTest, AnswersThatComeAfterItsEndTouchNothing) {
    addDelivery(1);
    addDelivery(2);
    settle();
    worker().finish();
    outbound_.completeStatus(200);
    worker_.reset();

    outbound_.completeStatus(200);

    EXPECT_EQ(wakes_, 0);
}

TEST_F(DeliveryWorkerFaultTest, DeliversAgainWithTheSameIdAfterACrash) {
    const DeliveryId id = addDelivery();
    settle();
    const std::string first = outbound_.oldest().body;
    outbound_.completeStatus(200);  // heard by nobody: the process ends here
    worker_.reset();
    deliveries_.endAllLeases();

    settle();

    EXPECT_EQ(outbound_.oldest().body, first);
    runUntilDelivered(id);
}

}  // namespace
}  // namespace ferry::pipeline
