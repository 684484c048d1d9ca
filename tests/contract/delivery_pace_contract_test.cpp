// Goal: callbacks that are held back, or switched off, get nothing and lose nothing, in every
// driver. Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::int64_t> numbersOf(const std::vector<Delivery>& deliveries) {
    std::vector<std::int64_t> numbers;
    for (const Delivery& delivery : deliveries)
        numbers.push_back(delivery.id.value);
    return numbers;
}

class DeliveryPaceContract : public StoreContract {
  protected:
    store::DeliveryStore& deliveries() { return store().deliveries(); }
    /// Deliveries 1.. of one event each to `to`, due one after the other.
    void queue(InstanceId id, char to, int count, int first_due = 0) {
        for (int i = 0; i < count; ++i)
            deliver(id, callback(to), 1, at(first_due + i));
    }
};
FERRY_CONTRACT(DeliveryPaceContract);

TEST_P(DeliveryPaceContract, LeasesAtThePaceOfTheCallback) {
    const InstanceId id = add("a");
    queue(id, 'x', 3);
    queue(id, 'y', 1);
    deliveries().pace(callback('x'), {at(50), 1});
    EXPECT_THAT(numbersOf(leaseDeliveries(at(10), 9, 2)), ElementsAre(4));
    EXPECT_EQ(valueOf(deliveries().nextDue(2)), at(50));

    const auto leased = leaseDeliveries(at(50), 9, 2);
    EXPECT_THAT(numbersOf(leased), ElementsAre(1)) << "its limit is one";
    EXPECT_EQ(valueOf(deliveries().nextDue(2)), std::nullopt);
    deliveries().pace(callback('x'), {});
    EXPECT_THAT(numbersOf(leaseDeliveries(at(50), 9, 2)), ElementsAre(2));
}

TEST_P(DeliveryPaceContract, LeasesInPlaceOfOneWhoseAttemptIsOver) {
    const InstanceId id = add("a");
    queue(id, 'x', 4);
    const auto leased = leaseDeliveries(at(10), 9, 2);
    EXPECT_THAT(numbersOf(leased), ElementsAre(1, 2));

    deliveries().attempted(leased.at(0));
    deliveries().attempted(leased.at(0));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(10), 9, 2)), ElementsAre(3));
    EXPECT_EQ(valueOf(deliveries().nextDue(2)), std::nullopt);

    record(anOutcome(leased.at(0), DeliveryState::Delivered, at(11)));
    EXPECT_THAT(leaseDeliveries(at(11), 9, 2), IsEmpty()) << "2 and 3 are under way";
    record(anOutcome(leased.at(1), DeliveryState::Delivered, at(11)));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(11), 9, 2)), ElementsAre(4));
}

TEST_P(DeliveryPaceContract, LeasesAgainWhatWasAttemptedAndNotRecorded) {
    const InstanceId id = add("a");
    queue(id, 'x', 1);
    const auto leased = leaseDeliveries(at(10), 9, 2);
    deliveries().attempted(leased.at(0));

    reopen();
    EXPECT_THAT(numbersOf(leaseDeliveries(at(10), 9, 2)), ElementsAre(1));
}

TEST_P(DeliveryPaceContract, HoldsADeliveryThatIsMadeWhileItsCallbackIsHeld) {
    const InstanceId id = add("a");
    deliveries().pace(callback('x'), {at(50), 0});
    queue(id, 'x', 1);

    EXPECT_THAT(leaseDeliveries(at(49), 9), IsEmpty());
    EXPECT_THAT(leaseDeliveries(at(50), 9), SizeIs(1));
}

TEST_P(DeliveryPaceContract, LeasesNothingOfACallbackThatIsOff) {
    const InstanceId id = add("a");
    queue(id, 'x', 2);
    const auto leased = leaseDeliveries(at(1), 1, 1);
    AttemptOutcome tried = anOutcome(leased.at(0), DeliveryState::Waiting, at(2));
    tried.next_attempt_at = at(500);
    record(tried);
    EXPECT_OK(deliveries().switchOff(callback('x'), at(3), "it is gone"));
    EXPECT_THAT(leaseDeliveries(at(900), 9), IsEmpty());
    EXPECT_EQ(valueOf(deliveries().nextDue(1)), std::nullopt);

    reopen();
    EXPECT_THAT(leaseDeliveries(at(900), 9), IsEmpty());
    queue(id, 'x', 1, 4);
    EXPECT_THAT(leaseDeliveries(at(900), 9), IsEmpty());
    const auto off = valueOf(deliveries().switchedOff());
    ASSERT_THAT(off, SizeIs(1));
    EXPECT_EQ(off[0].callback, callback('x'));
    EXPECT_EQ(off[0].since, at(3));
    EXPECT_EQ(off[0].reason, "it is gone");

    EXPECT_OK(deliveries().switchOn(callback('x'), at(10)));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(10), 9, 9)), testing::UnorderedElementsAre(1, 2, 3))
        << "also the one that was to wait longer";
    EXPECT_THAT(valueOf(deliveries().switchedOff()), IsEmpty());
}

TEST_P(DeliveryPaceContract, WhatWaitsTooLongIsDead) {
    const InstanceId id = add("a");
    queue(id, 'x', 4);  // at 0, 1, 2, 3
    const auto leased = leaseDeliveries(at(0), 1, 9);
    AttemptOutcome tried = anOutcome(leased.at(0), DeliveryState::Waiting, at(1));
    tried.next_attempt_at = at(500);
    tried.error = "it answered 500";
    record(tried);
    EXPECT_OK(deliveries().switchOff(callback('x'), at(3), "it is gone"));
    EXPECT_EQ(valueOf(deliveries().expire(at(0), at(9), 9)), 0U);

    EXPECT_EQ(valueOf(deliveries().expire(at(3), at(9), 2)), 2U);
    EXPECT_EQ(valueOf(deliveries().expire(at(3), at(9), 2)), 1U);
    EXPECT_EQ(valueOf(deliveries().expire(at(3), at(9), 2)), 0U);
    const auto dead = valueOf(deliveries().dead(at(0), DeliveryId(), 9));
    ASSERT_THAT(dead, SizeIs(3));
    EXPECT_EQ(dead[0].finished_at, at(9));
    EXPECT_THAT(
        dead[0].error,
        testing::AllOf(testing::HasSubstr("waited too long"), testing::HasSubstr("it answered 500"))
    );
    EXPECT_OK(deliveries().switchOn(callback('x'), at(10)));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(900), 9, 9)), ElementsAre(4));
    EXPECT_EQ(valueOf(deliveries().expire(at(900), at(901), 9)), 0U) << "it is leased";
}

TEST_P(DeliveryPaceContract, AskingForADeliverySwitchesItsCallbackOn) {
    const InstanceId id = add("a");
    queue(id, 'x', 2);
    const auto leased = leaseDeliveries(at(1), 1, 1);
    record(anOutcome(leased.at(0), DeliveryState::Dead, at(2)));
    EXPECT_OK(deliveries().switchOff(callback('x'), at(2), "out of attempts"));

    const store::DeliveryKey key{id, leased[0].id};
    EXPECT_EQ(valueOf(store().replays().redeliver({&key, 1}, at(5))), 1U);
    EXPECT_THAT(numbersOf(leaseDeliveries(at(5), 9, 9)), testing::UnorderedElementsAre(1, 2));
}

TEST_P(DeliveryPaceContract, BringsForwardWhatWasTriedInPortions) {
    const InstanceId id = add("a");
    queue(id, 'x', 4);
    queue(id, 'y', 1);
    EXPECT_THAT(valueOf(deliveries().dueLater(at(10))), IsEmpty());
    for (const Delivery& delivery : leaseDeliveries(at(10), 9, 3)) {
        AttemptOutcome tried = anOutcome(delivery, DeliveryState::Waiting, at(11));
        tried.next_attempt_at = at(90'000 - delivery.id.value);
        record(tried);
    }
    EXPECT_THAT(
        valueOf(deliveries().dueLater(at(12))),
        testing::UnorderedElementsAre(callback('x'), callback('y'))
    );
    EXPECT_THAT(numbersOf(leaseDeliveries(at(20), 9, 9)), ElementsAre(4)) << "was not tried";

    EXPECT_EQ(valueOf(deliveries().bringForward(callback('x'), at(20), 2)), 2U);

    EXPECT_EQ(valueOf(deliveries().nextDue(9)), at(20));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(20), 9, 9)), ElementsAre(2, 3)) << "by due time";
    EXPECT_EQ(valueOf(deliveries().find(id, DeliveryId(2))).value().attempt_count, 1U);
    EXPECT_EQ(valueOf(deliveries().bringForward(callback('x'), at(20), 2)), 1U);
    EXPECT_EQ(valueOf(deliveries().bringForward(callback('x'), at(20), 2)), 0U);
    reopen();
    EXPECT_THAT(
        numbersOf(leaseDeliveries(at(20), 9, 9)), testing::UnorderedElementsAre(1, 2, 3, 4)
    );
    EXPECT_THAT(valueOf(deliveries().dueLater(at(20))), ElementsAre(callback('y')));
}

TEST_P(DeliveryPaceContract, BringsForwardAllOfOneInstance) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    queue(a, 'x', 700);
    queue(b, 'x', 700);
    const auto leased = leaseDeliveries(at(1'000), 2'000, 2'000);
    ASSERT_EQ(leased.size(), 1'400U);
    // As what is postponed: not tried, and all at the same time.
    std::vector<AttemptOutcome> later;
    for (const Delivery& delivery : leased) {
        AttemptOutcome one = anOutcome(delivery, DeliveryState::Waiting, at(1'001));
        one.was_sent = false;
        one.attempt_count = delivery.attempt_count;
        one.next_attempt_at = at(90'000);
        later.push_back(one);
    }
    EXPECT_OK(deliveries().record(later));
    EXPECT_FALSE(valueOf(deliveries().isBehind(callback('x'), at(3'000))));

    EXPECT_EQ(valueOf(deliveries().bringInstanceForward(callback('x'), b, at(3'000))), 700U);

    const auto due = leaseDeliveries(at(3'000), 2'000, 2'000);
    EXPECT_EQ(due.size(), 700U);
    for (const Delivery& delivery : due)
        EXPECT_EQ(delivery.instance, b);
    EXPECT_EQ(valueOf(deliveries().bringInstanceForward(callback('x'), b, at(3'000))), 0U);
}

TEST_P(DeliveryPaceContract, TellsThatACallbackIsBehind) {
    const InstanceId id = add("a");
    queue(id, 'x', 2);
    EXPECT_FALSE(valueOf(deliveries().isBehind(callback('x'), at(20))));
    for (const Delivery& delivery : leaseDeliveries(at(10), 1, 1)) {
        AttemptOutcome tried = anOutcome(delivery, DeliveryState::Waiting, at(11));
        tried.next_attempt_at = at(15);
        record(tried);
    }
    EXPECT_FALSE(valueOf(deliveries().isBehind(callback('x'), at(14)))) << "its time is to come";
    EXPECT_TRUE(valueOf(deliveries().isBehind(callback('x'), at(20))));
    EXPECT_FALSE(valueOf(deliveries().isBehind(callback('y'), at(20))));
}

TEST_P(DeliveryPaceContract, WhatWasNeverSentIsNotSentAgain) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 1, at(0));
    deliver(a, callback('x'), 1, at(1));
    for (const Delivery& leased : leaseDeliveries(at(2), 2, 2)) {
        AttemptOutcome outcome = anOutcome(leased, DeliveryState::Waiting, at(3));
        outcome.was_sent = leased.id.value == 1;
        outcome.attempt_count = outcome.was_sent ? 1 : 0;
        record(outcome);
    }

    const store::DeliveryKey keys[] = {{a, DeliveryId(1)}, {a, DeliveryId(2)}};
    EXPECT_EQ(valueOf(store().replays().redeliver(keys, at(60))), 2U);

    for (const Delivery& leased : leaseDeliveries(at(60), 2, 2)) {
        const bool was_sent = leased.id.value == 1;
        EXPECT_EQ(leased.origin, was_sent ? DeliveryOrigin::Again : DeliveryOrigin::Commit);
    }
}

}  // namespace
}  // namespace ferry::test
