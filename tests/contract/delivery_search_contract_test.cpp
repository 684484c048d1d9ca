// Goal: DeliverySearch keeps what its interface says, in every driver.
// Method: deliveries in all states, some of them made again; then each promise.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using store::DeliveryQuery;
using testing::ElementsAre;
using testing::IsEmpty;

class DeliverySearchContract : public StoreContract {
  protected:
    store::DeliverySearch& search() { return store().deliverySearch(); }

    /// Leases everything that is due by `now` and ends delivery `id` so.
    void end(std::int64_t id, DeliveryState state, TimePoint now) {
        const auto leased = leaseDeliveries(now);
        for (const Delivery& delivery : leased) {
            if (delivery.id.value == id) {
                record(anOutcome(delivery, state, now));
            } else {
                store().deliveries().release(std::span(&delivery, 1));
            }
        }
    }

    /// Ids of all pages, each of `limit`.
    std::vector<std::int64_t> ids(DeliveryQuery query, std::size_t limit = 2) {
        std::vector<std::int64_t> all;
        query.limit = limit;
        for (;;) {
            const auto page = valueOf(search().page(query));
            for (const Delivery& delivery : page.deliveries)
                all.push_back(delivery.id.value);
            if (!page.next) return all;
            query.after = page.next;
        }
    }
    std::vector<std::int64_t> ofEvents(InstanceId instance, int first, int last) {
        std::vector<std::int64_t> all;
        for (const Delivery& delivery :
             valueOf(search().ofEvents(instance, EventNumber(first), EventNumber(last), 100)))
            all.push_back(delivery.id.value);
        return all;
    }
};
FERRY_CONTRACT(DeliverySearchContract);

TEST_P(DeliverySearchContract, FindsTheDeliveriesOfEvents) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    deliver(a, callback('x'), 45, at(0));  // 1: 1-20, 2: 21-40, 3: 41-45
    deliver(b, callback('x'), 5, at(1));   // 4: 46-50
    deliver(a, callback('x'), 3, at(2));   // 5: 51-53
    const auto copy =
        valueOf(store().replays().redeliverEvent(a, EventNumber(21), callback('x'), at(9)));
    ASSERT_EQ(copy, DeliveryId(6));

    EXPECT_THAT(ofEvents(a, 1, 1), ElementsAre(1));
    EXPECT_THAT(ofEvents(a, 20, 21), ElementsAre(1, 2, 6));
    EXPECT_THAT(ofEvents(a, 30, 30), ElementsAre(2));
    EXPECT_THAT(ofEvents(a, 45, 60), ElementsAre(3, 5));
    EXPECT_THAT(ofEvents(b, 1, 60), ElementsAre(4));
    EXPECT_THAT(ofEvents(a, 54, 60), IsEmpty());
}

TEST_P(DeliverySearchContract, PagesByStateInstanceAndCallback) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    for (int i = 0; i < 3; ++i) {
        deliver(a, callback('x'), 1, at(i));  // 1, 3, 5
        deliver(b, callback('y'), 1, at(i));  // 2, 4, 6
    }
    end(1, DeliveryState::Delivered, at(10));
    end(4, DeliveryState::Dead, at(30));
    end(5, DeliveryState::Dead, at(20));
    end(6, DeliveryState::Waiting, at(40));

    EXPECT_THAT(ids({}), ElementsAre(6, 5, 4, 3, 2, 1));
    EXPECT_THAT(ids({.instance = b}), ElementsAre(6, 4, 2));
    EXPECT_THAT(ids({.state = DeliveryState::Dead}), ElementsAre(4, 5)) << "by their ends";
    EXPECT_THAT(ids({.state = DeliveryState::Delivered}), ElementsAre(1));
    EXPECT_THAT(ids({.state = DeliveryState::Waiting}), ElementsAre(6, 3, 2));
    EXPECT_THAT(ids({.state = DeliveryState::Waiting, .is_tried = true}), ElementsAre(6));
    EXPECT_THAT(ids({.state = DeliveryState::Waiting, .is_tried = false}), ElementsAre(3, 2));
    EXPECT_THAT(ids({.instance = a, .state = DeliveryState::Dead}), ElementsAre(5));
    EXPECT_THAT(ids({.callback = callback('x')}), ElementsAre(5, 3, 1));
}

TEST_P(DeliverySearchContract, QueuedAreTheDeadAndWhatWaitsForACallbackThatIsOff) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    for (int i = 0; i < 4; ++i) {
        deliver(a, callback('x'), 1, at(i));  // 1, 3, 5, 7
        deliver(b, callback('y'), 1, at(i));  // 2, 4, 6, 8
    }
    end(1, DeliveryState::Delivered, at(10));
    end(4, DeliveryState::Dead, at(30));
    end(3, DeliveryState::Dead, at(20));
    end(5, DeliveryState::Waiting, at(40));
    EXPECT_THAT(ids({.is_queued = true}), ElementsAre(4, 3)) << "none is off";

    EXPECT_OK(store().deliveries().switchOff(callback('x'), at(50), "it is gone"));

    for (const std::size_t limit : {1, 2, 3, 9})
        EXPECT_THAT(ids({.is_queued = true}, limit), ElementsAre(4, 3, 7, 5)) << limit;
    EXPECT_THAT(ids({.instance = b, .is_queued = true}), ElementsAre(4));
    EXPECT_THAT(ids({.is_queued = true, .created_from = at(3)}), ElementsAre(7));
    EXPECT_THAT(
        ids({.state = DeliveryState::Waiting, .is_tried = false, .is_off = false}),
        ElementsAre(8, 6, 2)
    );
    for (const Delivery& one : valueOf(search().page({.instance = a})).deliveries) {
        EXPECT_TRUE(one.is_off) << one.id.value;
        EXPECT_EQ(isQueued(one), one.id.value != 1) << one.id.value;
    }
    EXPECT_TRUE(valueOf(search().ofEvents(a, EventNumber(1), EventNumber(1), 9)).at(0).is_off);

    EXPECT_OK(store().deliveries().switchOn(callback('x'), at(60)));
    EXPECT_THAT(ids({.is_queued = true}), ElementsAre(4, 3));
}

TEST_P(DeliverySearchContract, PagesByTheTimeOfMaking) {
    const InstanceId a = add("a");
    for (int i = 0; i < 6; ++i)
        deliver(a, callback('x'), 1, at(i * 10));
    end(2, DeliveryState::Dead, at(60));

    const DeliveryQuery range{.created_from = at(10), .created_before = at(40)};
    EXPECT_THAT(ids(range), ElementsAre(4, 3, 2));
    DeliveryQuery of_instance = range;
    of_instance.instance = a;
    EXPECT_THAT(ids(of_instance), ElementsAre(4, 3, 2));
    DeliveryQuery waiting = range;
    waiting.state = DeliveryState::Waiting;
    EXPECT_THAT(ids(waiting), ElementsAre(4, 3));
    EXPECT_THAT(ids({.created_from = at(60)}), IsEmpty());
    EXPECT_THAT(ids({.created_before = at(0)}), IsEmpty());
}

TEST_P(DeliverySearchContract, WaitingOnesOfTheSameEventsComeOnceEach) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 1, at(0));
    for (int i = 0; i < 4; ++i)
        valueOf(store().replays().redeliverEvent(a, EventNumber(1), callback('x'), at(9)));

    EXPECT_THAT(ids({.state = DeliveryState::Waiting}), ElementsAre(5, 4, 3, 2, 1));
}

TEST_P(DeliverySearchContract, TellsWhatBecameOfEventsOncePerEvent) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 25, at(0));  // 1: 1-20, 2: 21-25
    deliver(a, callback('x'), 5, at(1));   // 3: 26-30
    end(1, DeliveryState::Delivered, at(5));
    end(2, DeliveryState::Dead, at(6));
    valueOf(store().replays().redeliverEvent(a, EventNumber(22), callback('x'), at(9)));

    const auto all = valueOf(search().outcomes(a, EventNumber(20), EventNumber(27), 9));

    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].state, DeliveryState::Delivered);
    EXPECT_EQ(all[0].last_event, EventNumber(20));
    EXPECT_EQ(all[1].state, DeliveryState::Dead);
    EXPECT_EQ(all[1].first_event, EventNumber(21));
    EXPECT_EQ(all[2].state, DeliveryState::Waiting);
    const auto rest = valueOf(search().outcomes(a, EventNumber(21), store::kEventNumberEnd, 1));
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].last_event, EventNumber(25));
}

TEST_P(DeliverySearchContract, TellsWhoseDeliveriesAreDead) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    deliver(a, callback('x'), 1, at(0));
    deliver(b, callback('x'), 1, at(0));
    deliver(b, callback('x'), 1, at(0));
    EXPECT_THAT(valueOf(search().dead()), IsEmpty());
    end(3, DeliveryState::Dead, at(7));
    end(2, DeliveryState::Dead, at(9));

    const auto dead = valueOf(search().dead());

    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].instance, b);
    EXPECT_EQ(dead[0].count, 2);
    EXPECT_EQ(dead[0].last_attempt_at, at(9));
    EXPECT_EQ(dead[0].last_status, 503);
    EXPECT_EQ(dead[0].last_error, "busy");
}

TEST_P(DeliverySearchContract, FindsTheFirstEventThatWasNotTaken) {
    const InstanceId id = add("a");
    const auto untaken = [&] { return valueOf(store().deliverySearch().firstUntaken(id)); };
    for (int i = 0; i < 4; ++i)
        deliver(id, callback('x'), 2, at(i));
    EXPECT_EQ(untaken(), std::nullopt) << "none was tried";
    const auto leased = leaseDeliveries(at(9), 3, 3);
    record(anOutcome(leased.at(0), DeliveryState::Delivered, at(10)));
    record(anOutcome(leased.at(2), DeliveryState::Waiting, at(11)));
    EXPECT_EQ(untaken(), leased.at(2).first_event);
    record(anOutcome(leased.at(1), DeliveryState::Dead, at(12)));
    EXPECT_EQ(untaken(), leased.at(1).first_event);
    EXPECT_EQ(valueOf(store().deliverySearch().firstUntaken(add("b"))), std::nullopt);
}

}  // namespace
}  // namespace ferry::test
