// Goal: the log of attempts tells what it says, and what nobody asks for any more goes, in every
// driver. Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class DeliveryLogContract : public StoreContract {
  protected:
    store::DeliveryStore& deliveries() { return store().deliveries(); }
    /// Deliveries 1.. of one event each to `to`, due one after the other.
    void queue(InstanceId id, char to, int count) {
        for (int i = 0; i < count; ++i)
            deliver(id, callback(to), 1, at(i));
    }
};
FERRY_CONTRACT(DeliveryLogContract);

TEST_P(DeliveryLogContract, KeepsAttemptsNewestFirstAndCutsTheirErrors) {
    const InstanceId id = add("a");
    queue(id, 'x', 1);
    const Delivery delivery = leaseDeliveries(at(0)).at(0);
    for (int i = 1; i <= 3; ++i) {
        AttemptOutcome outcome = anOutcome(delivery, DeliveryState::Waiting, at(i));
        outcome.status = 500 + i;
        outcome.error = std::string(499, 'x') + "\xc3\xa4 and more";
        record(outcome);
    }

    const auto attempts = valueOf(deliveries().attempts(id, delivery.id, 2));

    ASSERT_THAT(attempts, SizeIs(2));
    EXPECT_EQ(attempts[0].number, 3U);
    EXPECT_EQ(attempts[0].status, 503);
    EXPECT_EQ(attempts[0].finished_at, at(3));
    EXPECT_EQ(attempts[0].latency, Milliseconds(17));
    EXPECT_EQ(attempts[0].error, std::string(499, 'x'));
    EXPECT_EQ(attempts[1].number, 2U);
    EXPECT_THAT(valueOf(deliveries().attempts(InstanceId(99), delivery.id, 2)), IsEmpty());
}

TEST_P(DeliveryLogContract, KeepsWhatAnAttemptTells) {
    const InstanceId id = add("a");
    queue(id, 'x', 1);
    const Delivery delivery = leaseDeliveries(at(0)).at(0);
    AttemptOutcome outcome = anOutcome(delivery, DeliveryState::Waiting, at(1));
    outcome.error_class = "status";
    outcome.answer = std::string("no\0\x1b[2J", 7) + std::string(1'016, 'x') + "\xc3\xa4";
    outcome.planned_at = at(60);
    record(outcome);
    AttemptOutcome last = anOutcome(delivery, DeliveryState::Dead, at(61));
    last.error_class = "dns";
    record(last);

    const auto attempts = valueOf(deliveries().attempts(id, delivery.id, 2));

    ASSERT_THAT(attempts, SizeIs(2));
    EXPECT_EQ(attempts[0].error_class, "dns");
    EXPECT_EQ(attempts[0].answer, "");
    EXPECT_EQ(attempts[0].next_attempt_at, std::nullopt);
    EXPECT_EQ(attempts[1].error_class, "status");
    EXPECT_EQ(attempts[1].answer, outcome.answer.substr(0, 1'023)) << "no half a character";
    EXPECT_EQ(attempts[1].next_attempt_at, at(60));
}

TEST_P(DeliveryLogContract, KeepsAFirstAttemptThatTookTheDelivery) {
    const InstanceId id = add("a");
    queue(id, 'x', 1);
    AttemptOutcome outcome =
        anOutcome(leaseDeliveries(at(0)).at(0), DeliveryState::Delivered, at(5));
    outcome.status = 201;
    outcome.error.clear();
    outcome.answer = "thanks \xc3\xa4";
    record(outcome);
    const auto first = [&](const store::DeliveryAttempt& attempt) {
        EXPECT_EQ(attempt.number, 1U);
        EXPECT_EQ(attempt.finished_at, at(5));
        EXPECT_EQ(attempt.status, 201);
        EXPECT_EQ(attempt.latency, outcome.latency);
        EXPECT_EQ(attempt.error + attempt.error_class, "");
        EXPECT_EQ(attempt.answer, outcome.answer);
        EXPECT_EQ(attempt.next_attempt_at, std::nullopt);
    };
    const auto attempts = [&] { return valueOf(deliveries().attempts(id, DeliveryId(1), 9)); };
    ASSERT_THAT(attempts(), SizeIs(1));
    first(attempts()[0]);
    EXPECT_THAT(valueOf(deliveries().attempts(InstanceId(99), DeliveryId(1), 9)), IsEmpty());

    const store::DeliveryKey key{id, DeliveryId(1)};
    EXPECT_EQ(valueOf(store().replays().redeliver({&key, 1}, at(60))), 1U);
    ASSERT_THAT(attempts(), SizeIs(1));
    first(attempts()[0]);

    outcome.finished_at = at(61);
    record(outcome);
    ASSERT_THAT(attempts(), SizeIs(2));
    EXPECT_EQ(attempts()[0].number, 2U);
    EXPECT_EQ(attempts()[0].finished_at, at(61));
    first(attempts()[1]);
    EXPECT_EQ(valueOf(deliveries().prune(at(100), 9)), 1U);
    EXPECT_THAT(attempts(), IsEmpty());
}

TEST_P(DeliveryLogContract, PrunesDeliveredOnesInPortions) {
    queue(add("a"), 'x', 4);
    const auto leased = leaseDeliveries(at(5));
    for (std::size_t i = 0; i < 3; ++i) {
        record(anOutcome(leased.at(i), DeliveryState::Delivered, at(10 + static_cast<int>(i))));
    }

    EXPECT_EQ(valueOf(deliveries().prune(at(10), 9)), 0U);
    EXPECT_EQ(valueOf(deliveries().prune(at(12), 1)), 1U);
    EXPECT_EQ(valueOf(deliveries().prune(at(12), 9)), 1U);
    EXPECT_EQ(valueOf(deliveries().countByState()).at(DeliveryState::Delivered), 1);
    EXPECT_EQ(valueOf(deliveries().countByState()).at(DeliveryState::Waiting), 1);
}

TEST_P(DeliveryLogContract, KeepsTheEventsOfDeadOnesAsLongAsThese) {
    queue(add("a"), 'x', 1);
    record(anOutcome(leaseDeliveries(at(5)).at(0), DeliveryState::Dead, at(10)));

    EXPECT_EQ(valueOf(store().events().prune(at(100), 9)), 0U);
    EXPECT_EQ(valueOf(deliveries().prune(at(10), 9)), 0U);
    EXPECT_EQ(valueOf(deliveries().prune(at(11), 9)), 1U);
    EXPECT_EQ(valueOf(store().events().prune(at(100), 9)), 1U);
}

TEST_P(DeliveryLogContract, ADeliveredOneWithoutItsEventsIsNotMadeAgain) {
    const InstanceId instance = add("a");
    queue(instance, 'x', 1);
    const Delivery delivery = leaseDeliveries(at(5)).at(0);
    record(anOutcome(delivery, DeliveryState::Delivered, at(10)));
    const store::DeliveryKey key{instance, delivery.id};
    EXPECT_EQ(valueOf(store().events().prune(at(100), 9)), 1U);

    EXPECT_EQ(valueOf(store().replays().redeliver({&key, 1}, at(20))), 0U);
    EXPECT_EQ(valueOf(deliveries().countByState()).at(DeliveryState::Delivered), 1);
}

TEST_P(DeliveryLogContract, ADeliveryIsMarkedAsSeen) {
    const InstanceId id = add("a");
    const InstanceId other = add("b");
    deliver(id, callback('x'), 1, at(0));
    deliver(id, callback('x'), 1, at(0));
    store::DeliveryStore& deliveries = store().deliveries();

    EXPECT_TRUE(valueOf(deliveries.acknowledge(id, DeliveryId(1))));
    EXPECT_TRUE(valueOf(deliveries.acknowledge(id, DeliveryId(1)))) << "again";
    EXPECT_FALSE(valueOf(deliveries.acknowledge(other, DeliveryId(2)))) << "it is not the other's";
    EXPECT_FALSE(valueOf(deliveries.acknowledge(id, DeliveryId(9))));

    EXPECT_TRUE(valueOf(deliveries.find(id, DeliveryId(1)))->is_acknowledged);
    EXPECT_FALSE(valueOf(deliveries.find(id, DeliveryId(2)))->is_acknowledged);
    EXPECT_EQ(leaseDeliveries(at(1), 9, 9).size(), 2U) << "nothing follows from it";
}

}  // namespace
}  // namespace ferry::test
