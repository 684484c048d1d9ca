// Goal: the log of attempts tells what it says, in every driver. Method: each documented sentence as one test, on a fresh store.

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

}  // namespace
}  // namespace ferry::test
