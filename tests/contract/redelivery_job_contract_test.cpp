// Goal: jobs that make many deliveries again, and what is asked for beside them, keep what
// ReplayStore says of them, in every driver.
// Method: dead deliveries are asked for, and taken as they become due.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using store::DeliveryKey;
using testing::IsEmpty;
using testing::SizeIs;

class RedeliveryJobContract : public StoreContract {
  protected:
    store::ReplayStore& replays() { return store().replays(); }

    Delivery delivery(InstanceId instance, DeliveryId id) {
        return valueOf(store().deliveries().find(instance, id)).value_or(Delivery{});
    }
};
FERRY_CONTRACT(RedeliveryJobContract);

TEST_P(RedeliveryJobContract, AJobMakesManyAgainAFewAtATime) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    std::vector<DeliveryKey> keys;
    for (int i = 0; i < 3; ++i) {
        deliver(a, callback('x'), 1, at(0));
        deliver(b, callback('y'), 1, at(0));
    }
    for (const Delivery& one : leaseDeliveries(at(1))) {
        keys.push_back({one.instance, one.id});
        record(anOutcome(one, DeliveryState::Dead, at(2)));
    }
    ASSERT_THAT(keys, SizeIs(6));
    Replay job;
    job.is_redelivery = true;
    job.created_at = at(10);
    const ReplayId id = valueOf(replays().createRedelivery(job, keys));
    EXPECT_EQ(valueOf(replays().find(id))->counts.matched, 6);
    const ReplayId twin = valueOf(replays().createRedelivery(job, keys));
    EXPECT_EQ(valueOf(replays().find(twin))->counts.matched, 0) << "they are in a job already";
    EXPECT_TRUE(valueOf(replays().redeliverSome(twin, {4, 9, 9}, at(11))).is_done);
    EXPECT_THAT(leaseDeliveries(at(11)), IsEmpty()) << "nothing is due until it is its turn";
    reopen();
    EXPECT_THAT(valueOf(replays().callbacksLeft(id, 9)), SizeIs(2));
    EXPECT_THAT(valueOf(replays().callbacksLeft(id, 1)), SizeIs(1));
    EXPECT_THAT(valueOf(replays().callbacksLeft(twin, 9)), IsEmpty());

    EXPECT_EQ(valueOf(replays().redeliverSome(id, {4, 9, 9}, at(12))).made, 4U);
    EXPECT_EQ(valueOf(replays().redeliverSome(id, {4, 9, 9}, at(13))).made, 0U) << "two wait each";
    auto leased = leaseDeliveries(at(14));
    ASSERT_THAT(leased, SizeIs(4));
    EXPECT_EQ(leased[0].origin, DeliveryOrigin::Again);
    EXPECT_EQ(leased[0].attempt_count, 0U);
    record(anOutcome(leased[0], DeliveryState::Dead, at(15)));
    EXPECT_EQ(valueOf(replays().redeliverSome(id, {4, 3, 9}, at(16))).made, 0U) << "3 are untried";
    const auto step = valueOf(replays().redeliverSome(id, {4, 9, 9}, at(17)));
    EXPECT_EQ(step.made, 1U);
    EXPECT_FALSE(step.is_done);
    for (std::size_t i = 1; i < leased.size(); ++i)
        record(anOutcome(leased[i], DeliveryState::Delivered, at(18)));
    EXPECT_TRUE(valueOf(replays().redeliverSome(id, {4, 9, 9}, at(19))).is_done);
    EXPECT_THAT(leaseDeliveries(at(20)), SizeIs(2)) << "one that died again is not in the job";
    const Replay done = valueOf(replays().find(id)).value();
    EXPECT_EQ(done.state, ReplayState::Done);
    EXPECT_EQ(done.counts.deliveries, 6);
    EXPECT_FALSE(replays().redeliverSome(id, {4, 9, 9}, at(21)));
}

TEST_P(RedeliveryJobContract, WhatIsAskedForByItsNumberGoesBeforeWhatWaitsAndBeforeJobs) {
    const InstanceId a = add("a");
    for (int i = 0; i < 5; ++i)
        deliver(a, callback('x'), 1, at(0));
    const auto leased = leaseDeliveries(at(1), 3);
    for (const Delivery& one : leased)
        record(anOutcome(one, DeliveryState::Dead, at(2)));
    Replay job;
    job.is_redelivery = true;
    job.created_at = at(10);
    const DeliveryKey of_job{a, leased.at(2).id};
    const ReplayId id = valueOf(replays().createRedelivery(job, {&of_job, 1}));
    EXPECT_EQ(valueOf(replays().redeliverSome(id, {4, 9, 9}, at(12))).made, 1U);
    for (const std::int64_t number : {1, 2}) {
        const DeliveryKey key{a, DeliveryId(number)};
        EXPECT_EQ(valueOf(replays().redeliver(std::span(&key, 1), at(60))), 1U);
    }
    const DeliveryId made =
        valueOf(replays().redeliverEvent(a, EventNumber(1), callback('x'), at(60))).value();

    EXPECT_EQ(leaseDeliveries(at(60), 1).at(0).id, DeliveryId(1));
    reopen();
    const auto all = leaseDeliveries(at(61));
    ASSERT_THAT(all, SizeIs(6));
    EXPECT_EQ(all[0].id, DeliveryId(1));
    EXPECT_EQ(all[1].id, DeliveryId(2)) << "behind the one that was asked for before";
    EXPECT_EQ(all[2].id, made);
    EXPECT_EQ(all[3].id, DeliveryId(4)) << "it waits since its commit";
    EXPECT_EQ(all[5].id, DeliveryId(3)) << "of the job";
}

TEST_P(RedeliveryJobContract, WhatSomebodyTookCareOfMeanwhileIsLeftAlone) {
    const InstanceId a = add("a");
    std::vector<DeliveryKey> keys;
    for (int i = 0; i < 3; ++i)
        deliver(a, callback('x'), 1, at(0));
    const auto first = leaseDeliveries(at(1));
    ASSERT_THAT(first, SizeIs(3));
    for (const Delivery& one : first)
        keys.push_back({one.instance, one.id});
    record(anOutcome(first[0], DeliveryState::Dead, at(2)));
    record(anOutcome(first[1], DeliveryState::Dead, at(2)));
    AttemptOutcome again = anOutcome(first[2], DeliveryState::Waiting, at(2));
    again.next_attempt_at = at(1'000);
    record(again);
    EXPECT_OK(store().deliveries().switchOff(callback('x'), at(3), "out of attempts"));
    Replay job;
    job.is_redelivery = true;
    job.created_at = at(10);

    const ReplayId id = valueOf(replays().createRedelivery(job, keys));

    EXPECT_EQ(valueOf(replays().find(id))->counts.matched, 2)
        << "the one that waited is free with its callback";
    const auto freed = leaseDeliveries(at(11));
    ASSERT_THAT(freed, SizeIs(1));
    EXPECT_EQ(freed[0].id, keys[2].id);
    record(anOutcome(freed[0], DeliveryState::Delivered, at(12)));
    // Somebody makes one again by itself, and it is delivered before the job comes to it.
    EXPECT_EQ(valueOf(replays().redeliver(std::span(keys).first(1), at(13))), 1U);
    const auto single = leaseDeliveries(at(14));
    ASSERT_THAT(single, SizeIs(1));
    record(anOutcome(single[0], DeliveryState::Delivered, at(15)));

    EXPECT_EQ(valueOf(replays().redeliverSome(id, {18, 9, 9}, at(16))).made, 1U);
    const auto rest = leaseDeliveries(at(17));
    ASSERT_THAT(rest, SizeIs(1));
    EXPECT_EQ(rest[0].id, keys[1].id);
}

TEST_P(RedeliveryJobContract, ACancelledJobLeavesTheRestAsItIs) {
    const InstanceId a = add("a");
    std::vector<DeliveryKey> keys;
    for (int i = 0; i < 3; ++i)
        deliver(a, callback('x'), 1, at(0));
    for (const Delivery& one : leaseDeliveries(at(1))) {
        keys.push_back({one.instance, one.id});
        record(anOutcome(one, DeliveryState::Dead, at(2)));
    }
    Replay job;
    job.is_redelivery = true;
    const ReplayId id = valueOf(replays().createRedelivery(job, keys));
    EXPECT_EQ(valueOf(replays().redeliverSome(id, {1, 9, 9}, at(5))).made, 1U);

    EXPECT_TRUE(valueOf(replays().cancel(id, at(6))));

    EXPECT_FALSE(replays().redeliverSome(id, {18, 9, 9}, at(7)));
    EXPECT_EQ(delivery(a, keys[0].id).state, DeliveryState::Waiting);
    EXPECT_EQ(delivery(a, keys[2].id).state, DeliveryState::Dead);
    const ReplayId anew = valueOf(replays().createRedelivery(job, keys));
    EXPECT_EQ(valueOf(replays().find(anew))->counts.matched, 3) << "they are in no job any more";
}

}  // namespace
}  // namespace ferry::test
