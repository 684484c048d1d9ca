// Goal: how many deliveries and instances there are, and how old the oldest is, is known without
// counting, whatever happens to the rows. Method: everything that makes, changes and removes rows,
// and the numbers after each; then the same numbers after a restart.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using Counts = std::map<DeliveryState, std::int64_t>;
using Oldest = std::map<DeliveryState, TimePoint>;

constexpr auto kWaiting = DeliveryState::Waiting;
constexpr auto kDelivered = DeliveryState::Delivered;
constexpr auto kDead = DeliveryState::Dead;

class DeliveryCountContract : public StoreContract {
  protected:
    store::DeliveryStore& deliveries() { return store().deliveries(); }
    Counts counts() { return valueOf(deliveries().countByState()); }
    Oldest oldest() { return valueOf(deliveries().oldestByState()); }
    void queue(InstanceId id, TimePoint now) { deliver(id, callback('x'), 1, now); }
};
FERRY_CONTRACT(DeliveryCountContract);

TEST_P(DeliveryCountContract, FollowsADeliveryThroughItsLife) {
    const InstanceId id = add("a");
    EXPECT_EQ(counts(), Counts());
    queue(id, at(0));
    queue(id, at(1));
    queue(id, at(2));
    EXPECT_EQ(counts(), (Counts{{kWaiting, 3}}));

    const auto leased = leaseDeliveries(at(5));
    record(anOutcome(leased.at(0), kDelivered, at(6)));
    record(anOutcome(leased.at(1), kDead, at(7)));
    record(anOutcome(leased.at(2), kWaiting, at(8)));
    EXPECT_EQ(counts(), (Counts{{kWaiting, 1}, {kDelivered, 1}, {kDead, 1}}));

    const store::DeliveryKey again[] = {{id, leased.at(0).id}, {id, leased.at(1).id}};
    EXPECT_EQ(valueOf(store().replays().redeliver(again, at(9))), 2U);
    EXPECT_EQ(counts(), (Counts{{kWaiting, 3}}));
    reopen();
    EXPECT_EQ(counts(), (Counts{{kWaiting, 3}}));
}

TEST_P(DeliveryCountContract, FollowsSplitsCopiesAndPruning) {
    const InstanceId id = add("a");
    deliver(id, callback('x'), 3, at(0));
    EXPECT_EQ(counts(), (Counts{{kWaiting, 1}}));
    const Delivery delivery = leaseDeliveries(at(5)).at(0);
    const EventNumber first = delivery.first_event;
    const EventNumber parts[] = {first, EventNumber(first.value + 1), EventNumber(first.value + 2)};
    EXPECT_OK(deliveries().split(delivery, parts));
    EXPECT_EQ(counts(), (Counts{{kWaiting, 3}}));
    EXPECT_TRUE(valueOf(store().replays().redeliverEvent(id, first, callback('x'), at(6))));
    EXPECT_EQ(counts(), (Counts{{kWaiting, 4}}));

    for (const Delivery& part : leaseDeliveries(at(7)))
        record(anOutcome(part, kDelivered, at(8)));
    EXPECT_EQ(valueOf(deliveries().prune(at(9), 3)), 3U);
    EXPECT_EQ(counts(), (Counts{{kDelivered, 1}}));
}

TEST_P(DeliveryCountContract, FollowsTheRemovalOfInstances) {
    const InstanceId gone = add("gone");
    const InstanceId stays = add("stays");
    queue(gone, at(0));
    queue(stays, at(0));
    EXPECT_OK(store().instances().remove(std::span(&gone, 1)));

    EXPECT_EQ(counts(), (Counts{{kWaiting, 1}}));
    using States = std::map<InstanceState, std::int64_t>;
    EXPECT_EQ(valueOf(store().instances().countByState()), (States{{InstanceState::Running, 1}}));
    EXPECT_OK(store().instances().setState(stays, InstanceState::NeedsReauthorization, "", at(0)));
    add("third", InstanceState::Disabled);
    EXPECT_EQ(
        valueOf(store().instances().countByState()),
        (States{{InstanceState::NeedsReauthorization, 1}, {InstanceState::Disabled, 1}})
    );
}

TEST_P(DeliveryCountContract, CountsNothingOfWhatWasNotCommitted) {
    store::SyncCommit unknown = aCommit(InstanceId(999), 2);
    unknown.callback = callback('x');
    EXPECT_EQ(codeOf(commit(unknown)), ErrorCode::NotFound);
    EXPECT_EQ(counts(), Counts());
}

TEST_P(DeliveryCountContract, KnowsSinceWhenTheOldestIsThere) {
    const InstanceId id = add("a");
    EXPECT_EQ(oldest(), Oldest());
    for (int i = 0; i < 4; ++i)
        queue(id, at(10 + i));
    EXPECT_EQ(oldest(), (Oldest{{kWaiting, at(10)}}));

    const auto leased = leaseDeliveries(at(20));
    record(anOutcome(leased.at(0), kDead, at(22)));
    record(anOutcome(leased.at(1), kDelivered, at(21)));
    record(anOutcome(leased.at(2), kDelivered, at(23)));
    EXPECT_EQ(oldest(), (Oldest{{kWaiting, at(13)}, {kDelivered, at(21)}, {kDead, at(22)}}));
}

TEST_P(DeliveryCountContract, WhatWasAskedForAgainIsNoOldBacklog) {
    const InstanceId id = add("a");
    queue(id, at(10));
    const Delivery delivery = leaseDeliveries(at(11)).at(0);
    record(anOutcome(delivery, kDelivered, at(12)));
    queue(id, at(13));
    const store::DeliveryKey again{id, delivery.id};
    EXPECT_EQ(valueOf(store().replays().redeliver({&again, 1}, at(14))), 1U);

    EXPECT_EQ(oldest(), (Oldest{{kWaiting, at(13)}}));
}

TEST_P(DeliveryCountContract, DeliveriesAreInTheTraceOfTheirCommit) {
    const InstanceId id = add("a");
    store::SyncCommit traced = aCommit(id, 2);
    traced.callback = callback('x');
    traced.trace.id.front() = 7;
    traced.trace.is_sampled = false;
    EXPECT_OK(commit(traced));
    queue(id, at(1));
    reopen();

    const auto leased = leaseDeliveries(at(5));
    EXPECT_EQ(leased.at(0).trace, traced.trace);
    EXPECT_EQ(leased.at(1).trace, TraceContext());
    const EventNumber first = leased.at(0).first_event;
    const EventNumber parts[] = {first, EventNumber(first.value + 1)};
    EXPECT_OK(deliveries().split(leased.at(0), parts));
    for (const Delivery& part : leaseDeliveries(at(5)))
        EXPECT_EQ(part.trace, traced.trace);
}

}  // namespace
}  // namespace ferry::test
