// Goal: DeliveryStore keeps what its interface says, in every driver.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

#include <set>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DeliveryStoreContract : public StoreContract {
  protected:
    store::DeliveryStore& deliveries() { return store().deliveries(); }
    /// Deliveries 1.. of one event each to `to`, due one after the other.
    void queue(InstanceId id, char to, int count, int first_due = 0) {
        for (int i = 0; i < count; ++i)
            deliver(id, callback(to), 1, at(first_due + i));
    }
};
FERRY_CONTRACT(DeliveryStoreContract);

TEST_P(DeliveryStoreContract, LeasesDueOnesOnceInOrder) {
    queue(add("a"), 'c', 4);

    EXPECT_THAT(numbersOf(leaseDeliveries(at(2), 2)), ElementsAre(1, 2));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(2), 9)), ElementsAre(3));
    EXPECT_THAT(leaseDeliveries(at(2), 9), IsEmpty());
    EXPECT_THAT(numbersOf(leaseDeliveries(at(3), 9)), ElementsAre(4));
}

TEST_P(DeliveryStoreContract, PlansAgainWhatWasPlannedByAClockThatWasAhead) {
    const InstanceId id = add("a");
    queue(id, 'x', 2, 100'000);
    const auto leased = leaseDeliveries(at(100'000), 1);
    ASSERT_THAT(leased, SizeIs(1));
    AttemptOutcome tried = anOutcome(leased[0], DeliveryState::Waiting, at(100'001));
    tried.next_attempt_at = at(100'006);
    record(tried);
    queue(id, 'y', 1, 0);
    reopen();

    EXPECT_OK(deliveries().planAgain(at(10)));

    EXPECT_THAT(numbersOf(leaseDeliveries(at(10), 9, 9)), testing::UnorderedElementsAre(2, 3));
    EXPECT_THAT(leaseDeliveries(at(14), 9, 9), IsEmpty());
    EXPECT_THAT(numbersOf(leaseDeliveries(at(15), 9, 9)), ElementsAre(1));
}

TEST_P(DeliveryStoreContract, GivesEachCallbackItsTurn) {
    const InstanceId id = add("a");
    queue(id, 'x', 10);
    queue(id, 'y', 2, 20);
    queue(id, 'z', 1, 30);

    const auto leased = leaseDeliveries(at(100), 4);

    EXPECT_THAT(numbersOf(leased), ElementsAre(1, 11, 13, 2));
}

TEST_P(DeliveryStoreContract, LimitsLeasesPerCallback) {
    const InstanceId id = add("a");
    queue(id, 'x', 5);
    queue(id, 'y', 1, 50);

    const auto first = leaseDeliveries(at(100), 9, 2);
    EXPECT_THAT(numbersOf(first), ElementsAre(1, 6, 2));
    EXPECT_THAT(leaseDeliveries(at(100), 9, 2), IsEmpty());

    record(anOutcome(first[0], DeliveryState::Delivered, at(101)));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(102), 9, 2)), ElementsAre(3));
}

TEST_P(DeliveryStoreContract, ACallbackThatIsBehindCostsTheOthersNothing) {
    const InstanceId id = add("a");
    queue(id, 'x', 30);
    leaseDeliveries(at(100), 9, 1);
    queue(id, 'y', 1, 90);

    EXPECT_THAT(numbersOf(leaseDeliveries(at(100), 9, 1)), ElementsAre(31));
}

TEST_P(DeliveryStoreContract, CallbacksWithoutAFreeLeaseUseUpNothingOfTheLimit) {
    const InstanceId id = add("a");
    queue(id, 'x', 2);
    EXPECT_THAT(numbersOf(leaseDeliveries(at(100), 1, 1)), ElementsAre(1));
    queue(id, 'y', 1, 90);

    EXPECT_THAT(numbersOf(leaseDeliveries(at(100), 1, 1)), ElementsAre(3));
}

TEST_P(DeliveryStoreContract, NextDueLooksAtCallbacksWithAFreeLease) {
    const InstanceId id = add("a");
    EXPECT_EQ(valueOf(deliveries().nextDue(1)), std::nullopt);
    queue(id, 'x', 2, 10);
    queue(id, 'y', 1, 50);
    EXPECT_EQ(valueOf(deliveries().nextDue(1)), at(10));

    const auto leased = leaseDeliveries(at(10), 1, 1);

    EXPECT_EQ(valueOf(deliveries().nextDue(1)), at(50)) << "x has its one lease";
    EXPECT_EQ(valueOf(deliveries().nextDue(2)), at(11));
    deliveries().release(leased);
    EXPECT_EQ(valueOf(deliveries().nextDue(1)), at(10));
}

TEST_P(DeliveryStoreContract, RecordsAFailedAttemptAndWaits) {
    const InstanceId id = add("a");
    queue(id, 'x', 1);
    AttemptOutcome outcome = anOutcome(leaseDeliveries(at(0)).at(0), DeliveryState::Waiting, at(5));
    outcome.next_attempt_at = at(60);
    record(outcome);

    const Delivery got = valueOf(deliveries().find(id, outcome.delivery)).value();
    EXPECT_EQ(got.state, DeliveryState::Waiting);
    EXPECT_EQ(got.attempt_count, 1U);
    EXPECT_EQ(got.next_attempt_at, at(60));
    EXPECT_EQ(got.last_status, 503);
    EXPECT_EQ(got.last_error, "busy");
    EXPECT_THAT(leaseDeliveries(at(59)), IsEmpty());
    EXPECT_THAT(leaseDeliveries(at(60)), SizeIs(1));
}

TEST_P(DeliveryStoreContract, RecordsTheEnd) {
    const InstanceId id = add("a");
    queue(id, 'x', 2);
    const auto leased = leaseDeliveries(at(5));
    const AttemptOutcome outcomes[] = {
        anOutcome(leased.at(0), DeliveryState::Delivered, at(6)),
        anOutcome(leased.at(1), DeliveryState::Dead, at(6)),
    };

    EXPECT_OK(deliveries().record(outcomes));
    reopen();

    EXPECT_THAT(leaseDeliveries(at(1000)), IsEmpty());
    EXPECT_EQ(valueOf(deliveries().nextDue(1)), std::nullopt);
    const auto counts = valueOf(deliveries().countByState());
    EXPECT_EQ(counts.at(DeliveryState::Delivered), 1);
    EXPECT_EQ(counts.at(DeliveryState::Dead), 1);
    EXPECT_EQ(counts.contains(DeliveryState::Waiting), false);
}

TEST_P(DeliveryStoreContract, RecordsADeadOneAsWaitingForARedelivery) {
    const InstanceId id = add("a");
    queue(id, 'x', 1);
    const Delivery delivery = leaseDeliveries(at(5)).at(0);
    record(anOutcome(delivery, DeliveryState::Dead, at(6)));
    AttemptOutcome again = anOutcome(delivery, DeliveryState::Waiting, at(7));
    again.attempt_count = 0;
    record(again);

    EXPECT_THAT(leaseDeliveries(at(7)), SizeIs(1));
    const auto attempts = valueOf(deliveries().attempts(id, delivery.id, 9));
    EXPECT_THAT(attempts, SizeIs(2)) << "the log of attempts goes on";
}

TEST_P(DeliveryStoreContract, SkipsDeliveriesThatAreGone) {
    const InstanceId gone = add("gone");
    const InstanceId stays = add("stays");
    queue(gone, 'x', 1);
    queue(stays, 'x', 1);
    const auto leased = leaseDeliveries(at(5));
    EXPECT_OK(store().instances().remove(std::span(&gone, 1)));
    const AttemptOutcome outcomes[] = {
        anOutcome(leased.at(0), DeliveryState::Waiting, at(6)),
        anOutcome(leased.at(1), DeliveryState::Waiting, at(6)),
    };

    EXPECT_OK(deliveries().record(outcomes));

    EXPECT_THAT(numbersOf(leaseDeliveries(at(6))), ElementsAre(2));
    EXPECT_FALSE(valueOf(deliveries().find(gone, leased[0].id)).has_value());
}

TEST_P(DeliveryStoreContract, TellsWhoseDeliveriesFail) {
    const InstanceId good = add("good");
    const InstanceId bad = add("bad");
    const InstanceId waits = add("waits");
    queue(good, 'x', 2);
    queue(bad, 'y', 3);
    queue(waits, 'z', 1);
    EXPECT_THAT(valueOf(deliveries().failing()), IsEmpty());

    for (const Delivery& delivery : leaseDeliveries(at(1), 9, 2)) {
        if (delivery.instance == good) record(anOutcome(delivery, DeliveryState::Delivered, at(2)));
        if (delivery.instance != bad) continue;
        const TimePoint end = at(2 + delivery.id.value);
        AttemptOutcome outcome = anOutcome(delivery, DeliveryState::Waiting, end);
        outcome.status = 500 + static_cast<int>(delivery.id.value);
        outcome.error = "no " + std::to_string(delivery.id.value);
        record(outcome);
    }
    // The first one is tried once more.
    const Delivery again = valueOf(deliveries().find(bad, DeliveryId(3))).value();
    record(anOutcome(again, DeliveryState::Waiting, at(20)));

    const auto failing = valueOf(deliveries().failing());

    ASSERT_THAT(failing, SizeIs(1));
    EXPECT_EQ(failing[0].instance, bad);
    EXPECT_EQ(failing[0].waiting, 3) << "with the one that had no turn";
    EXPECT_EQ(failing[0].since, at(5));
    EXPECT_EQ(failing[0].last_attempt_at, at(20));
    EXPECT_EQ(failing[0].last_status, 503);
    EXPECT_EQ(failing[0].last_error, "busy");
    record(anOutcome(again, DeliveryState::Dead, at(21)));
    EXPECT_EQ(valueOf(deliveries().failing()).at(0).since, at(6));
    EXPECT_EQ(valueOf(deliveries().failing()).at(0).last_error, "no 4");
}

TEST_P(DeliveryStoreContract, FindsAndPagesByInstance) {
    const InstanceId first = add("a");
    const InstanceId second = add("b");
    queue(first, 'x', 3);
    queue(second, 'x', 1);

    EXPECT_TRUE(valueOf(deliveries().find(first, DeliveryId(2))).has_value());
    EXPECT_FALSE(valueOf(deliveries().find(second, DeliveryId(2))).has_value());
    EXPECT_THAT(numbersOf(valueOf(deliveries().page(first, {}, 2))), ElementsAre(3, 2));
    EXPECT_THAT(numbersOf(valueOf(deliveries().page(first, DeliveryId(2), 2))), ElementsAre(1));
}

TEST_P(DeliveryStoreContract, LeasesEndWithTheProcess) {
    const InstanceId id = add("a");
    queue(id, 'x', 2);
    queue(id, 'y', 1);
    EXPECT_THAT(leaseDeliveries(at(5)), SizeIs(3));

    reopen();

    EXPECT_EQ(valueOf(deliveries().nextDue(1)), at(0));
    EXPECT_THAT(leaseDeliveries(at(5)), SizeIs(3));
}

}  // namespace
}  // namespace ferry::test
