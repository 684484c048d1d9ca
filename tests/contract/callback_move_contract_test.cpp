// Goal: what waits for a callback follows its instance to another one, and nothing is lost or made
// twice on the way, in every driver. Method: each documented sentence as one test.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class CallbackMoveContract : public StoreContract {
  protected:
    store::DeliveryStore& deliveries() { return store().deliveries(); }
    /// Adds an instance with this callback.
    InstanceId addWith(const std::string& name, char to) {
        const InstanceId id = add(name);
        change(id, to);
        return id;
    }
    void change(InstanceId id, char to) {
        Instance instance = valueOf(store().instances().find(id)).value();
        instance.callback = callback(to);
        EXPECT_OK(store().instances().reconfigure(std::span(&instance, 1)));
    }
    /// Leases all that is due, and expects it in the queue of `to`.
    std::vector<Delivery> leaseAllOf(char to, TimePoint now) {
        auto leased = leaseDeliveries(now, 9'000, 9'000);
        for (const Delivery& delivery : leased)
            EXPECT_EQ(delivery.callback, callback(to)) << delivery.id.value;
        return leased;
    }
};
FERRY_CONTRACT(CallbackMoveContract);

TEST_P(CallbackMoveContract, WhatWaitsFollowsAtOnce) {
    const InstanceId a = addWith("a", 'x');
    const InstanceId b = addWith("b", 'x');
    for (int i = 0; i < 2'100; ++i)
        deliver(a, callback('x'), 1, at(0));
    deliver(b, callback('x'), 1, at(0));
    deliveries().pace(callback('x'), {at(100'000), 1});
    EXPECT_OK(deliveries().switchOff(callback('x'), at(1), "it is gone"));

    change(a, 'y');

    EXPECT_THAT(leaseAllOf('y', at(2)), SizeIs(2'100)) << "and nothing of another instance";
    EXPECT_EQ(valueOf(deliveries().find(b, DeliveryId(2'101)))->callback, callback('x'));
}

TEST_P(CallbackMoveContract, FollowsToACallbackThatPutNamesAsWell) {
    const InstanceId a = addWith("a", 'x');
    deliver(a, callback('x'), 1, at(0));
    Instance instance = valueOf(store().instances().find(a)).value();
    instance.callback = callback('y');

    EXPECT_OK(store().instances().put(std::span(&instance, 1), at(1)));

    EXPECT_THAT(leaseAllOf('y', at(1)), SizeIs(1));
}

TEST_P(CallbackMoveContract, WhatWasTriedInVainIsDueAtOnce) {
    const InstanceId a = addWith("a", 'x');
    deliver(a, callback('x'), 1, at(0));
    AttemptOutcome failed = anOutcome(leaseDeliveries(at(1)).at(0), DeliveryState::Waiting, at(2));
    failed.next_attempt_at = at(90'000);
    record(failed);

    change(a, 'y');

    EXPECT_THAT(leaseAllOf('y', at(3)), SizeIs(1));
}

TEST_P(CallbackMoveContract, OneUnderWayFollowsWhenItHasFailed) {
    const InstanceId a = addWith("a", 'x');
    deliver(a, callback('x'), 1, at(0));
    const Delivery leased = leaseDeliveries(at(1)).at(0);

    change(a, 'y');

    EXPECT_THAT(leaseDeliveries(at(2)), IsEmpty()) << "it is not sent twice";
    const store::DeliveryKey key{a, leased.id};
    EXPECT_EQ(valueOf(store().replays().redeliver(std::span(&key, 1), at(2))), 1U);
    EXPECT_THAT(leaseDeliveries(at(2)), IsEmpty());
    AttemptOutcome failed = anOutcome(leased, DeliveryState::Waiting, at(3));
    failed.next_attempt_at = at(5);
    record(failed);
    EXPECT_EQ(valueOf(deliveries().nextDue(1)), at(5));
    EXPECT_THAT(leaseAllOf('y', at(5)), SizeIs(1));
}

TEST_P(CallbackMoveContract, WhatEndedFollowsWhenItIsAskedForAgain) {
    const InstanceId a = addWith("a", 'x');
    deliver(a, callback('x'), 1, at(0));
    record(anOutcome(leaseDeliveries(at(1)).at(0), DeliveryState::Dead, at(2)));
    EXPECT_OK(deliveries().switchOff(callback('x'), at(2), "it is gone"));
    change(a, 'y');
    EXPECT_THAT(leaseDeliveries(at(9)), IsEmpty());

    const store::DeliveryKey key{a, DeliveryId(1)};
    EXPECT_EQ(valueOf(store().replays().redeliver(std::span(&key, 1), at(9))), 1U);

    EXPECT_THAT(leaseAllOf('y', at(9)), SizeIs(1));
}

TEST_P(CallbackMoveContract, WhatWasLeftBehindFollowsAtTheStart) {
    const InstanceId a = addWith("a", 'y');
    deliver(a, callback('x'), 1, at(0));  // as a process leaves it that ends in the middle
    reopen();

    EXPECT_OK(deliveries().planAgain(at(1)));

    EXPECT_THAT(leaseAllOf('y', at(1)), SizeIs(1));
}

TEST_P(CallbackMoveContract, WithoutACallbackThereIsNothingToFollow) {
    const InstanceId a = addWith("a", 'x');
    deliver(a, callback('x'), 1, at(0));
    Instance instance = valueOf(store().instances().find(a)).value();
    instance.callback = CallbackId();
    EXPECT_OK(store().instances().reconfigure(std::span(&instance, 1)));
    EXPECT_OK(deliveries().planAgain(at(1)));

    EXPECT_THAT(leaseAllOf('x', at(1)), SizeIs(1));
}

}  // namespace
}  // namespace ferry::test
