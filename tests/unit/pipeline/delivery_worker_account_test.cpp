// Goal: an instance that says what becomes of its failed deliveries is not overruled by the
// account, and what the account says counts from the next failure on. Method: the worker with
// everything around it in memory.

#include "support/fake_meta_store.h"
#include "unit/pipeline/delivery_worker_fixture.h"

namespace ferry::pipeline {
namespace {

class DeliveryWorkerAccountTest : public DeliveryWorkerFixture {
  protected:
    DeliveryWorkerAccountTest() { account_ = &policy_; }

    /// A delivery of the instance, which has these values of `event.notification.retry`.
    DeliveryId addDeliveryOf(std::int64_t id, Configuration retry) {
        Instance one = instance(id);
        retry["event.notification.callback.url"] = "https://app.example.com/one";
        one.sealed_configuration = sealConfiguration(retry, one.name, key_, random_);
        instances_.set(one);
        return addDelivery(id);
    }
    void failOnce() {
        settle();
        ASSERT_EQ(outbound_.pendingCount(), 1U);
        outbound_.completeStatus(500);
        settle();
    }

    test::FakeMetaStore meta_;
    AccountPolicy policy_{meta_};
};

TEST_F(DeliveryWorkerAccountTest, APolicyOfTheInstanceGoesFirst) {
    ASSERT_TRUE(policy_.setOnFailure(FailurePolicy::Queue));
    const DeliveryId dead = addDeliveryOf(
        1,
        {{"event.notification.retry.policy", "retry"}, {"event.notification.retry.schedule", "1s"}}
    );
    failOnce();
    clock_.advance(Milliseconds(1'200));
    failOnce();
    EXPECT_EQ(deliveries_.row(dead).state, DeliveryState::Dead);
    EXPECT_FALSE(deliveries_.isOff(CallbackId(1)));

    ASSERT_TRUE(policy_.setOnFailure(FailurePolicy::Retry));
    const DeliveryId kept = addDeliveryOf(
        2,
        {{"event.notification.retry.policy", "queue"}, {"event.notification.retry.schedule", "1s"}}
    );
    failOnce();
    clock_.advance(Milliseconds(1'200));
    failOnce();
    EXPECT_EQ(deliveries_.row(kept).state, DeliveryState::Waiting);
    EXPECT_TRUE(deliveries_.isOff(CallbackId(2)));
}

TEST_F(DeliveryWorkerAccountTest, AScheduleOfTheInstanceIsUsedUpBeforeTheAccountsPolicy) {
    ASSERT_TRUE(policy_.setOnFailure(FailurePolicy::Queue));
    const DeliveryId id = addDeliveryOf(1, {{"event.notification.retry.schedule", "1s, 2s"}});
    for (const int wait_ms : {1'200, 2'400}) {
        failOnce();
        EXPECT_FALSE(deliveries_.isOff(CallbackId(1)));
        EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Waiting);
        clock_.advance(Milliseconds(wait_ms));
    }
    failOnce();
    EXPECT_TRUE(deliveries_.isOff(CallbackId(1))) << "after the third attempt";
    EXPECT_EQ(deliveries_.row(id).state, DeliveryState::Waiting);
    EXPECT_EQ(deliveries_.row(id).attempt_count, 3U);
}

TEST_F(DeliveryWorkerAccountTest, AChangeCountsFromTheNextFailureOn) {
    const DeliveryId before = addDeliveryOf(1, {{"event.notification.retry.schedule", "1s"}});
    failOnce();
    clock_.advance(Milliseconds(1'200));
    ASSERT_TRUE(policy_.setOnFailure(FailurePolicy::Queue));
    failOnce();
    EXPECT_TRUE(deliveries_.isOff(CallbackId(1)));
    EXPECT_EQ(deliveries_.row(before).state, DeliveryState::Waiting);

    ASSERT_TRUE(policy_.setOnFailure(FailurePolicy::Retry));
    const DeliveryId after = addDeliveryOf(2, {{"event.notification.retry.schedule", "1s"}});
    failOnce();
    clock_.advance(Milliseconds(1'200));
    failOnce();
    EXPECT_FALSE(deliveries_.isOff(CallbackId(2)));
    EXPECT_EQ(deliveries_.row(after).state, DeliveryState::Dead);
}

}  // namespace
}  // namespace ferry::pipeline
