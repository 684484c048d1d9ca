// Goal: deliveries of a lane go out one after another, whatever befalls the first one, and lanes do
// not wait for each other, in every driver. Method: each documented sentence as one test.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class DeliveryLaneContract : public StoreContract {
  protected:
    store::DeliveryStore& deliveries() { return store().deliveries(); }

    /// Commits so many events of each lane, due at `now`.
    void deliverLanes(InstanceId id, char to, std::vector<store::LaneRun> lanes, TimePoint now) {
        store::SyncCommit one = aCommit(id);
        for (const store::LaneRun& run : lanes) {
            for (std::size_t i = 0; i < run.events; ++i)
                one.events.push_back(anEvent(std::to_string(++last_event_)));
        }
        one.lanes = std::move(lanes);
        one.callback = callback(to);
        one.now = now;
        EXPECT_OK(commit(one));
    }
    /// One delivery of the lane after the other, one commit each, due from at(0) on.
    void queue(InstanceId id, std::int64_t lane, int count) {
        for (int i = 0; i < count; ++i)
            deliverLanes(id, 'x', {{LaneId(lane), 1}}, at(i));
    }
    /// It failed, keeps its place, and its lane waits until `next`.
    void fail(const Delivery& delivery, TimePoint now, TimePoint next) {
        AttemptOutcome tried = anOutcome(delivery, DeliveryState::Waiting, now);
        tried.next_attempt_at = delivery.next_attempt_at;
        tried.lane_held_until = tried.planned_at = next;
        record(tried);
    }
    void deliverAll(const std::vector<Delivery>& leased, TimePoint now) {
        for (const Delivery& delivery : leased)
            record(anOutcome(delivery, DeliveryState::Delivered, now));
    }
    Delivery row(InstanceId id, std::int64_t number) {
        return valueOf(deliveries().find(id, DeliveryId(number))).value_or(Delivery{});
    }

  private:
    int last_event_ = 0;
};
FERRY_CONTRACT(DeliveryLaneContract);

TEST_P(DeliveryLaneContract, WhatIsAskedForByItsNumberGoesBeforeLanesAndInItsOwnWaits) {
    const InstanceId a = add("a");
    deliverLanes(a, 'x', {{LaneId(), 1}}, at(0));
    queue(a, 1, 3);
    const auto first = leaseDeliveries(at(9), 9, 9);
    ASSERT_EQ(first.size(), 2U);
    for (const Delivery& delivery : first)
        record(anOutcome(delivery, DeliveryState::Dead, at(10)));
    const store::DeliveryKey unordered{a, DeliveryId(1)};
    EXPECT_OK(store().replays().redeliver(std::span(&unordered, 1), at(60)));
    EXPECT_EQ(leaseDeliveries(at(60), 1, 9).at(0).id, DeliveryId(1));

    // The third of the lane does not overtake the second, whoever asks for it.
    const store::DeliveryKey third{a, DeliveryId(4)};
    EXPECT_OK(store().replays().redeliver(std::span(&third, 1), at(61)));
    const auto of_lane = leaseDeliveries(at(61), 9, 9);
    ASSERT_EQ(of_lane.size(), 1U);
    EXPECT_EQ(of_lane[0].id, DeliveryId(3));
}

TEST_P(DeliveryLaneContract, TheNextOneOfALaneWaitsForTheRecord) {
    const InstanceId id = add("a");
    queue(id, 1, 2);
    const auto leased = leaseDeliveries(at(9), 9, 9);
    ASSERT_EQ(leased.size(), 1U);

    deliveries().attempted(leased[0]);
    EXPECT_THAT(leaseDeliveries(at(9), 9, 9), IsEmpty());
    deliverAll(leased, at(9));
    EXPECT_EQ(leaseDeliveries(at(9), 9, 9).size(), 1U);
}

TEST_P(DeliveryLaneContract, ADeliveryHasEventsOfOneLane) {
    const InstanceId id = add("a");
    store::SyncCommit one = aCommit(id, 6);
    one.events_per_delivery = 2;
    one.lanes = {{LaneId(7), 3}, {LaneId(9), 1}};
    one.logged_only = 2;
    one.callback = callback('x');
    EXPECT_OK(commit(one));

    const auto leased = leaseDeliveries(at(0), 9);
    ASSERT_THAT(numbersOf(leased), ElementsAre(1, 3)) << "the second one is behind the first";
    EXPECT_EQ(leased[0].lane, LaneId(7));
    EXPECT_EQ(leased[0].last_event.value - leased[0].first_event.value, 1);
    EXPECT_EQ(leased[1].lane, LaneId(9));
    const Delivery second = row(id, 2);
    EXPECT_EQ(second.first_event, second.last_event);
    EXPECT_EQ(second.first_event.value, leased[0].last_event.value + 1);
    EXPECT_EQ(second.lane, LaneId(7));
}

TEST_P(DeliveryLaneContract, OneOfALaneAtATimeAndLanesBesideEachOther) {
    const InstanceId id = add("a");
    queue(id, 1, 3);
    queue(id, 2, 2);
    deliver(id, callback('x'), 1, at(0));
    deliver(id, callback('x'), 1, at(0));

    const auto leased = leaseDeliveries(at(10), 9);
    EXPECT_THAT(numbersOf(leased), UnorderedElementsAre(1, 4, 6, 7));
    EXPECT_THAT(leaseDeliveries(at(10), 9), IsEmpty());
    EXPECT_EQ(valueOf(deliveries().nextDue(100)), std::nullopt);
    deliverAll(leased, at(11));
    EXPECT_EQ(valueOf(deliveries().nextDue(100)), at(1));
    deliverAll(leaseDeliveries(at(12), 9), at(12));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(13), 9)), ElementsAre(3));
}

TEST_P(DeliveryLaneContract, TheLimitOfTheCallbackIsOfAllItsLanes) {
    const InstanceId id = add("a");
    for (int lane = 1; lane <= 5; ++lane)
        queue(id, lane, 2);
    EXPECT_THAT(numbersOf(leaseDeliveries(at(10), 9, 3)), ElementsAre(1, 3, 5));
    EXPECT_THAT(leaseDeliveries(at(10), 9, 3), IsEmpty());
    deliveries().pace(callback('x'), {at(50), 4});
    EXPECT_THAT(leaseDeliveries(at(49), 9, 3), IsEmpty());
    EXPECT_THAT(numbersOf(leaseDeliveries(at(50), 9, 3)), ElementsAre(7));
}

TEST_P(DeliveryLaneContract, CallbacksTakeTurnsHoweverManyLanesEachHas) {
    const InstanceId id = add("a");
    for (int lane = 1; lane <= 9; ++lane)
        queue(id, lane, 1);
    deliver(id, callback('y'), 1, at(5));
    const auto leased = leaseDeliveries(at(10), 2);
    EXPECT_THAT(numbersOf(leased), ElementsAre(1, 10));
}

TEST_P(DeliveryLaneContract, WhatFailedKeepsItsPlaceAndHoldsItsLaneAlone) {
    const InstanceId id = add("a");
    queue(id, 1, 3);
    queue(id, 2, 2);
    const auto leased = leaseDeliveries(at(10), 9);
    fail(leased.at(0), at(10), at(500));
    record(anOutcome(leased.at(1), DeliveryState::Delivered, at(10)));

    const auto others = leaseDeliveries(at(20), 9);
    EXPECT_THAT(numbersOf(others), ElementsAre(5)) << "the other lane goes on";
    deliverAll(others, at(20));
    queue(id, 1, 1);  // due before all of its lane, and late
    EXPECT_THAT(leaseDeliveries(at(499), 9), IsEmpty());
    EXPECT_EQ(valueOf(deliveries().nextDue(9)), at(500));
    const auto again = leaseDeliveries(at(500), 9);
    ASSERT_THAT(numbersOf(again), ElementsAre(1)) << "the one that failed";
    EXPECT_EQ(again[0].attempt_count, 1U);
    deliverAll(again, at(501));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(501), 9)), ElementsAre(6)) << "by due time";
}

TEST_P(DeliveryLaneContract, HoldsLastBeyondARestart) {
    const InstanceId id = add("a");
    queue(id, 1, 2);
    queue(id, 2, 1);
    fail(leaseDeliveries(at(10), 1).at(0), at(10), at(500));
    reopen();
    EXPECT_OK(deliveries().planAgain(at(20)));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(499), 9)), ElementsAre(3));
    EXPECT_THAT(valueOf(deliveries().dueLater(at(20))), ElementsAre(callback('x')));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(500), 9)), ElementsAre(1));
}

TEST_P(DeliveryLaneContract, AHoldIsAsLongAsPlannedAlsoIfTheClockWasSetBack) {
    const InstanceId id = add("a");
    queue(id, 1, 2);
    fail(leaseDeliveries(at(90'000), 1).at(0), at(90'000), at(90'500));
    reopen();
    EXPECT_OK(deliveries().planAgain(at(20)));
    EXPECT_THAT(leaseDeliveries(at(519), 9), IsEmpty());
    EXPECT_THAT(numbersOf(leaseDeliveries(at(520), 9)), ElementsAre(1));
}

TEST_P(DeliveryLaneContract, BehindADeadOneTheLaneGoesOn) {
    const InstanceId id = add("a");
    queue(id, 1, 2);
    const auto leased = leaseDeliveries(at(10), 9);
    fail(leased.at(0), at(10), at(20));
    record(anOutcome(leaseDeliveries(at(20), 9).at(0), DeliveryState::Dead, at(20)));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(20), 9)), ElementsAre(2));
}

TEST_P(DeliveryLaneContract, WhatIsGivenBackIsNextAgain) {
    const InstanceId id = add("a");
    queue(id, 1, 2);
    const auto leased = leaseDeliveries(at(10), 9);
    deliveries().release(leased);
    EXPECT_THAT(numbersOf(leaseDeliveries(at(10), 9)), ElementsAre(1));
}

TEST_P(DeliveryLaneContract, PartsOfASplitDeliveryStayInItsLane) {
    const InstanceId id = add("a");
    deliverLanes(id, 'x', {{LaneId(1), 3}}, at(5));
    queue(id, 1, 1);
    const auto leased = leaseDeliveries(at(0), 9);
    EXPECT_THAT(numbersOf(leased), ElementsAre(2));
    deliverAll(leased, at(6));
    const Delivery whole = leaseDeliveries(at(6), 9).at(0);
    const EventNumber first = whole.first_event;
    const std::vector<EventNumber> parts{
        first, EventNumber(first.value + 1), EventNumber(first.value + 2)};
    deliverLanes(id, 'x', {{LaneId(1), 1}}, at(5));
    EXPECT_OK(deliveries().split(whole, parts));
    std::vector<std::int64_t> order;
    for (int i = 0; i < 4; ++i) {
        const auto next = leaseDeliveries(at(10), 9);
        ASSERT_EQ(next.size(), 1U);
        order.push_back(next[0].id.value);
        deliverAll(next, at(10));
    }
    EXPECT_THAT(order, ElementsAre(1, 4, 5, 3));
}

TEST_P(DeliveryLaneContract, BringingForwardEndsHolds) {
    const InstanceId id = add("a");
    for (int lane = 1; lane <= 3; ++lane)
        queue(id, lane, 2);
    for (const Delivery& delivery : leaseDeliveries(at(10), 9))
        fail(delivery, at(10), at(90'000));
    EXPECT_THAT(valueOf(deliveries().dueLater(at(20))), ElementsAre(callback('x')));
    EXPECT_EQ(valueOf(deliveries().bringForward(callback('x'), at(20), 2)), 2U);
    EXPECT_THAT(numbersOf(leaseDeliveries(at(20), 9)), ElementsAre(1, 3));
    EXPECT_EQ(valueOf(deliveries().bringForward(callback('x'), at(20), 2)), 1U);
    EXPECT_EQ(valueOf(deliveries().bringForward(callback('x'), at(20), 2)), 0U);
    EXPECT_THAT(numbersOf(leaseDeliveries(at(20), 9)), ElementsAre(5));
}

TEST_P(DeliveryLaneContract, AnInstanceThatIsBackEndsItsHolds) {
    const InstanceId id = add("a");
    const InstanceId other = add("b");
    queue(id, 1, 2);
    queue(other, 2, 2);
    for (const Delivery& delivery : leaseDeliveries(at(10), 9))
        fail(delivery, at(10), at(90'000));
    EXPECT_GE(valueOf(deliveries().bringInstanceForward(callback('x'), id, at(20))), 1U);
    const auto due = leaseDeliveries(at(20), 9);
    EXPECT_THAT(numbersOf(due), ElementsAre(1)) << "the other instance's lane is held still";
}

TEST_P(DeliveryLaneContract, SwitchingOnEndsHolds) {
    const InstanceId id = add("a");
    queue(id, 1, 2);
    fail(leaseDeliveries(at(10), 9).at(0), at(10), at(90'000));
    EXPECT_OK(deliveries().switchOff(callback('x'), at(11), "it is gone"));
    EXPECT_OK(deliveries().switchOn(callback('x'), at(12)));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(12), 9)), ElementsAre(1));
}

TEST_P(DeliveryLaneContract, WhatIsAskedForAgainTakesItsOldPlace) {
    const InstanceId id = add("a");
    queue(id, 1, 3);
    record(anOutcome(leaseDeliveries(at(10), 9).at(0), DeliveryState::Dead, at(10)));
    fail(leaseDeliveries(at(11), 9).at(0), at(11), at(90'000));
    EXPECT_OK(deliveries().switchOff(callback('x'), at(11), "out of attempts"));

    const std::vector<store::DeliveryKey> keys{{id, DeliveryId(1)}, {id, DeliveryId(2)}};
    EXPECT_EQ(valueOf(store().replays().redeliver(keys, at(20))), 2U);

    for (const std::int64_t number : {1, 2, 3}) {
        const auto leased = leaseDeliveries(at(20), 9);
        EXPECT_THAT(numbersOf(leased), ElementsAre(number));
        deliverAll(leased, at(20));
    }
}

TEST_P(DeliveryLaneContract, LanesFollowTheirInstanceToAnotherCallback) {
    const InstanceId id = add("a");
    Instance instance = valueOf(store().instances().find(id)).value();
    instance.callback = callback('x');
    EXPECT_OK(store().instances().reconfigure(std::span(&instance, 1)));
    queue(id, 1, 2);
    queue(id, 2, 2);
    const Delivery leased = leaseDeliveries(at(10), 1).at(0);
    instance.callback = callback('y');
    EXPECT_OK(store().instances().reconfigure(std::span(&instance, 1)));

    const auto moved = leaseDeliveries(at(10), 9);
    EXPECT_THAT(numbersOf(moved), ElementsAre(3, 2));
    EXPECT_EQ(moved.at(0).callback, callback('y'));
    fail(leased, at(11), at(12));
    deliverAll(moved, at(12));
    EXPECT_THAT(numbersOf(leaseDeliveries(at(12), 9)), ElementsAre(1, 4));
}

}  // namespace
}  // namespace ferry::test
