// Goal: ReplayStore keeps what its interface says, in every driver.
// Method: deliveries that ended are asked for again; replays are moved on, cancelled and reopened.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using store::DeliveryKey;
using store::ReplayPart;
using store::ReplayProgress;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ReplayStoreContract : public StoreContract {
  protected:
    store::ReplayStore& replays() { return store().replays(); }

    ReplayId aReplay(std::vector<InstanceId> instances = {}) {
        Replay replay;
        replay.instances = std::move(instances);
        replay.selection.add(EventType::Deleted);
        replay.selection.object_types = {"file", "issue"};
        replay.from = at(1);
        replay.to = at(99);
        replay.first_event = EventNumber(3);
        replay.end_event = EventNumber(90);
        replay.rate = 500;
        replay.created_at = at(100);
        return valueOf(replays().create(replay));
    }
    static ReplayProgress progressOf(ReplayId id) {
        ReplayProgress progress;
        progress.replay = id;
        progress.now = at(200);
        return progress;
    }
    Delivery delivery(InstanceId instance, DeliveryId id) {
        return valueOf(store().deliveries().find(instance, id)).value_or(Delivery{});
    }
};
FERRY_CONTRACT(ReplayStoreContract);

TEST_P(ReplayStoreContract, AFinishedDeliveryWaitsAgainWithAllItsAttempts) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 5, at(0));
    record(anOutcome(leaseDeliveries(at(1)).at(0), DeliveryState::Dead, at(2)));
    EXPECT_THAT(leaseDeliveries(at(50)), IsEmpty());

    const DeliveryKey keys[] = {{a, DeliveryId(1)}, {a, DeliveryId(9)}, {add("b"), DeliveryId(1)}};
    EXPECT_EQ(valueOf(replays().redeliver(keys, at(60))), 1U);

    const auto leased = leaseDeliveries(at(60));
    ASSERT_THAT(leased, SizeIs(1));
    EXPECT_EQ(leased[0].attempt_count, 0U);
    EXPECT_EQ(leased[0].origin, DeliveryOrigin::Again);
    EXPECT_EQ(leased[0].first_event, EventNumber(1));
    record(anOutcome(leased[0], DeliveryState::Delivered, at(61)));
    EXPECT_THAT(valueOf(store().deliveries().attempts(a, DeliveryId(1), 9)), SizeIs(2));
}

TEST_P(ReplayStoreContract, AWaitingDeliveryWaitsNoLonger) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 1, at(0));
    AttemptOutcome failed = anOutcome(leaseDeliveries(at(1)).at(0), DeliveryState::Waiting, at(2));
    failed.next_attempt_at = at(9'000);
    record(failed);
    EXPECT_THAT(leaseDeliveries(at(50)), IsEmpty());

    const DeliveryKey key{a, DeliveryId(1)};
    EXPECT_EQ(valueOf(replays().redeliver(std::span(&key, 1), at(60))), 1U);

    EXPECT_THAT(leaseDeliveries(at(60)), SizeIs(1));
}

TEST_P(ReplayStoreContract, ADeliveryUnderWayIsNotLeasedTwice) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 1, at(0));
    const Delivery leased = leaseDeliveries(at(1)).at(0);

    const DeliveryKey key{a, DeliveryId(1)};
    EXPECT_EQ(valueOf(replays().redeliver(std::span(&key, 1), at(60))), 1U);

    EXPECT_THAT(leaseDeliveries(at(60)), IsEmpty());
    record(anOutcome(leased, DeliveryState::Delivered, at(61)));
    EXPECT_THAT(leaseDeliveries(at(99)), IsEmpty());
}

TEST_P(ReplayStoreContract, MakesADeliveryOfOneEvent) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    deliver(a, callback('x'), 5, at(0));
    record(anOutcome(leaseDeliveries(at(1)).at(0), DeliveryState::Delivered, at(2)));

    const auto id = valueOf(replays().redeliverEvent(a, EventNumber(4), callback('y'), at(9)));

    ASSERT_TRUE(id.has_value());
    const auto leased = leaseDeliveries(at(9));
    ASSERT_THAT(leased, SizeIs(1));
    EXPECT_EQ(leased[0].id, *id);
    EXPECT_EQ(leased[0].callback, callback('y'));
    EXPECT_EQ(leased[0].first_event, EventNumber(4));
    EXPECT_EQ(leased[0].last_event, EventNumber(4));
    EXPECT_EQ(leased[0].origin, DeliveryOrigin::Request);
    EXPECT_EQ(
        valueOf(replays().redeliverEvent(b, EventNumber(4), callback('y'), at(9))), std::nullopt
    );
    EXPECT_EQ(
        valueOf(replays().redeliverEvent(a, EventNumber(6), callback('y'), at(9))), std::nullopt
    );
}

TEST_P(ReplayStoreContract, WaitingCopiesHoldTheirEvents) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 5, at(0));
    for (const Delivery& delivery : leaseDeliveries(at(1)))
        record(anOutcome(delivery, DeliveryState::Delivered, at(2)));
    for (const int number : {4, 2, 4})
        valueOf(replays().redeliverEvent(a, EventNumber(number), callback('x'), at(9)));

    EXPECT_EQ(valueOf(store().events().prune(at(50), 100)), 3U);

    for (const Delivery& delivery : leaseDeliveries(at(10)))
        record(anOutcome(delivery, DeliveryState::Delivered, at(11)));
    EXPECT_EQ(valueOf(store().events().prune(at(50), 100)), 2U);
}

TEST_P(ReplayStoreContract, KeepsWhatAReplayIs) {
    const ReplayId first = aReplay();
    const ReplayId second = aReplay({InstanceId(3), InstanceId(17)});
    reopen();

    const Replay replay = valueOf(replays().find(second)).value();

    EXPECT_EQ(replay.state, ReplayState::Running);
    EXPECT_THAT(replay.instances, ElementsAre(InstanceId(3), InstanceId(17)));
    EXPECT_TRUE(replay.selection.matches(EventType::Deleted));
    EXPECT_FALSE(replay.selection.matches(EventType::Created));
    EXPECT_THAT(replay.selection.object_types, ElementsAre("file", "issue"));
    EXPECT_EQ(replay.from, at(1));
    EXPECT_EQ(replay.to, at(99));
    EXPECT_EQ(replay.first_event, EventNumber(3));
    EXPECT_EQ(replay.end_event, EventNumber(90));
    EXPECT_EQ(replay.rate, 500);
    EXPECT_EQ(replay.counts, ReplayCounts{});
    EXPECT_EQ(replay.created_at, at(100));
    EXPECT_THAT(valueOf(replays().find(first)).value().instances, IsEmpty());
    EXPECT_THAT(valueOf(replays().running(9)), SizeIs(2));
    EXPECT_EQ(valueOf(replays().page(ReplayId(), 1)).at(0).id, second);
    EXPECT_EQ(valueOf(replays().page(second, 9)).at(0).id, first);
    EXPECT_EQ(valueOf(replays().find(ReplayId(99))), std::nullopt);
}

TEST_P(ReplayStoreContract, AdvancesAllTogether) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    deliver(a, callback('x'), 40, at(0));
    for (const Delivery& delivery : leaseDeliveries(at(1)))
        record(anOutcome(delivery, DeliveryState::Delivered, at(2)));
    const ReplayId id = aReplay();

    ReplayProgress progress = progressOf(id);
    progress.opened_until = b;
    progress.parts = {{a, EventNumber(20)}, {b, EventNumber(3)}};
    progress.pages = {
        {a, callback('x'), EventNumber(3), EventNumber(9)},
        {a, callback('x'), EventNumber(12), EventNumber(19)},
        {InstanceId(99), callback('x'), EventNumber(1), EventNumber(1)},
    };
    progress.added = {2, 1, 17, 15, 2};
    EXPECT_OK(replays().advance(progress));
    EXPECT_OK(replays().advance([&] {
        ReplayProgress next = progressOf(id);
        next.opened_until = b;
        next.parts = {{a, EventNumber(21)}};
        next.parts_done = {b};
        next.added = {0, 0, 1, 1, 0};
        return next;
    }()));

    const Replay replay = valueOf(replays().find(id)).value();
    EXPECT_EQ(replay.opened_until, b);
    EXPECT_EQ(replay.counts, (ReplayCounts{2, 1, 18, 16, 2}));
    EXPECT_EQ(replay.updated_at, at(200));
    const auto parts = valueOf(replays().parts(id, InstanceId(), 9));
    ASSERT_THAT(parts, SizeIs(1));
    EXPECT_EQ(parts[0].instance, a);
    EXPECT_EQ(parts[0].next_event, EventNumber(21));
    EXPECT_EQ(valueOf(replays().room(callback('x'), 8)), 2);
    EXPECT_EQ(valueOf(replays().untried()), 2);
    EXPECT_EQ(valueOf(replays().room(callback('y'), 8)), 4);
    EXPECT_THAT(valueOf(replays().parts(id, a, 9)), IsEmpty());
    const auto leased = leaseDeliveries(at(200));
    ASSERT_THAT(leased, SizeIs(2));
    EXPECT_EQ(leased[0].origin, DeliveryOrigin::Replay);
    EXPECT_EQ(leased[0].replay, id);
    EXPECT_EQ(leased[0].last_event, EventNumber(9));
    record(anOutcome(leased[0], DeliveryState::Delivered, at(201)));
    EXPECT_EQ(valueOf(replays().room(callback('x'), 8)), 3);
    record(anOutcome(leased[1], DeliveryState::Waiting, at(202)));
    EXPECT_EQ(valueOf(replays().room(callback('x'), 8)), 3);
    EXPECT_EQ(valueOf(replays().untried()), 0);
}

TEST_P(ReplayStoreContract, ADoneReplayDoesNotAdvance) {
    const ReplayId id = aReplay();
    ReplayProgress progress = progressOf(id);
    progress.is_done = true;
    EXPECT_OK(replays().advance(progress));

    EXPECT_EQ(valueOf(replays().find(id)).value().state, ReplayState::Done);
    EXPECT_THAT(valueOf(replays().running(9)), IsEmpty());
    EXPECT_EQ(codeOf(replays().advance(progress)), ErrorCode::Conflict);
    EXPECT_FALSE(valueOf(replays().cancel(id, at(300))));
    EXPECT_EQ(valueOf(replays().find(id)).value().state, ReplayState::Done);
}

TEST_P(ReplayStoreContract, CancelsWhatWasNotSent) {
    const InstanceId a = add("a");
    deliver(a, callback('x'), 40, at(0));
    const ReplayId id = aReplay();
    const ReplayId other = aReplay();
    for (const ReplayId replay : {id, other}) {
        ReplayProgress progress = progressOf(replay);
        progress.parts = {{a, EventNumber(20)}};
        progress.pages = {
            {a, callback('x'), EventNumber(3), EventNumber(9)},
            {a, callback('x'), EventNumber(10), EventNumber(12)},
        };
        EXPECT_OK(replays().advance(progress));
    }
    const auto leased = leaseDeliveries(at(200), 3);
    ASSERT_EQ(leased.at(2).replay, id);

    EXPECT_TRUE(valueOf(replays().cancel(id, at(300))));

    const Replay replay = valueOf(replays().find(id)).value();
    EXPECT_EQ(replay.state, ReplayState::Cancelled);
    EXPECT_EQ(replay.updated_at, at(300));
    EXPECT_THAT(valueOf(replays().parts(id, InstanceId(), 9)), IsEmpty());
    record(anOutcome(leased.at(2), DeliveryState::Waiting, at(301)));
    EXPECT_THAT(leaseDeliveries(at(400)), SizeIs(2)) << "those of the other one";
    EXPECT_EQ(codeOf(replays().advance(progressOf(id))), ErrorCode::Conflict);
    EXPECT_FALSE(valueOf(replays().cancel(ReplayId(99), at(300))));
}

TEST_P(ReplayStoreContract, ForgetsReplaysThatEnded) {
    const ReplayId ended = aReplay();
    const ReplayId runs = aReplay();
    EXPECT_TRUE(valueOf(replays().cancel(ended, at(300))));

    EXPECT_EQ(valueOf(replays().prune(at(300), 9)), 0U);
    EXPECT_EQ(valueOf(replays().prune(at(301), 9)), 1U);

    EXPECT_EQ(valueOf(replays().find(ended)), std::nullopt);
    EXPECT_TRUE(valueOf(replays().find(runs)).has_value());
    EXPECT_GT(aReplay(), runs);
}

TEST_P(ReplayStoreContract, TellsWhatBecameOfItsDeliveries) {
    const InstanceId a = add("a");
    for (int i = 0; i < 4; ++i)
        deliver(a, callback('x'), 1, at(500));
    const ReplayId id = aReplay();
    ReplayProgress progress = progressOf(id);
    for (int i = 1; i <= 4; ++i)
        progress.pages.push_back({a, callback('y'), EventNumber(i), EventNumber(i)});
    EXPECT_OK(replays().advance(progress));

    const auto leased = leaseDeliveries(at(200), 3, 3);
    ASSERT_THAT(leased, SizeIs(3));
    EXPECT_EQ(valueOf(replays().outcomes(id)).untried, 4) << "also those on their first attempt";
    record(anOutcome(leased[0], DeliveryState::Delivered, at(201)));
    record(anOutcome(leased[1], DeliveryState::Dead, at(201)));
    record(anOutcome(leased[2], DeliveryState::Waiting, at(201)));

    const store::ReplayOutcomes outcomes = valueOf(replays().outcomes(id));
    EXPECT_EQ(outcomes.untried, 1);
    EXPECT_EQ(outcomes.failing, 1);
    EXPECT_EQ(outcomes.delivered, 1);
    EXPECT_EQ(outcomes.dead, 1);
    EXPECT_EQ(valueOf(replays().outcomes(ReplayId(99))).delivered, 0);
}

}  // namespace
}  // namespace ferry::test
