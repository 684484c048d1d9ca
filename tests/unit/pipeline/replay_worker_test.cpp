// Goal: a replay delivers what is meant exactly once more, whatever fails and whenever it is
// killed, slowly enough, and past callbacks that are away. Method: the worker on a real database,
// stepped by hand on a clock that the test moves; deliveries are taken by hand. By seed, calls of
// the store fail before or after their effect and the process ends; the events that were carried
// are counted.

#include "replay_worker_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::Each;
using testing::IsEmpty;

TEST_F(ReplayWorkerTest, CarriesEveryEventOnce) {
    for (const char* name : {"a", "b", "c"})
        record(add(name), 130);
    const ReplayId id = begin(100'000);

    run(id, 60);

    EXPECT_EQ(replay(id).state, ReplayState::Done);
    EXPECT_EQ(carried_.size(), 390U);
    EXPECT_THAT(timesCarried(), Each(1));
    EXPECT_EQ(replay(id).counts, (ReplayCounts{3, 0, 390, 390, 21}));
    EXPECT_GT(wakes_, 0);
}

TEST_F(ReplayWorkerTest, CarriesTheSelectedOnesAlone) {
    record(add("a"), 30);
    selection_.add(EventType::Deleted);
    const ReplayId id = begin(100'000);

    run(id, 60);

    EXPECT_EQ(carried_.size(), 10U);
    EXPECT_EQ(replay(id).counts, (ReplayCounts{1, 0, 30, 10, 10}));
}

TEST_F(ReplayWorkerTest, LeavesEventsOutThatCameAfterItBegan) {
    const InstanceId a = add("a");
    record(a, 30);
    const ReplayId id = begin(100'000);
    record(a, 30);

    run(id, 60);

    EXPECT_EQ(carried_.size(), 30U);
}

TEST_F(ReplayWorkerTest, LeavesOutWhatItsOwnDeliveryStillBrings) {
    const InstanceId a = add("a");
    const CallbackId callback = (*store_->instances().find(a))->callback;
    record(a, 30, callback);
    takeDeliveries();
    carried_.clear();
    away_ = a;
    record(a, 50, callback);
    takeDeliveries();  // in vain: they wait for another attempt
    away_ = {};
    const ReplayId id = begin(100'000);

    run(id, 60);

    EXPECT_EQ(replay(id).counts, (ReplayCounts{1, 0, 80, 30, 2}));
    EXPECT_EQ(carried_.size(), 30U);
    clock_.advance(Milliseconds(3'600'000));
    takeDeliveries();
    EXPECT_EQ(carried_.size(), 80U);
    EXPECT_THAT(timesCarried(), Each(1));
}

TEST_F(ReplayWorkerTest, ADryRunCountsAndDeliversNothing) {
    record(add("a"), 700);
    record(add("quiet", false), 700);
    const ReplayId id = begin(1, true);

    run(id, 1);

    EXPECT_EQ(replay(id).state, ReplayState::Done);
    EXPECT_EQ(replay(id).counts, (ReplayCounts{2, 1, 700, 700, 35}));
    EXPECT_THAT(carried_, IsEmpty());
    EXPECT_EQ(store_->deliveries().countByState()->size(), 0U);
}

TEST_F(ReplayWorkerTest, KeepsToItsRate) {
    record(add("a"), 1'000);
    const ReplayId id = begin(100);

    run(id, 5);

    EXPECT_GE(carried_.size(), 380U);
    EXPECT_LE(carried_.size(), 500U);
    EXPECT_EQ(replay(id).counts.deliveries, replay(id).counts.matched / 20) << "in full pages";
}

TEST_F(ReplayWorkerTest, FewWaitForACallbackAtATime) {
    record(add("a"), 1'000);
    const ReplayId first = begin(100'000);
    const ReplayId second = begin(100'000);
    clock_.advance(Milliseconds(1'000));
    for (int i = 0; i < 10; ++i) {
        worker_->step();
        clock_.advance(Milliseconds(50));
    }

    EXPECT_EQ(
        *store_->deliveries().countByState(),
        (std::map<DeliveryState, std::int64_t>{{DeliveryState::Waiting, 4}})
    ) << "of both together";
    run(first, 60);
    run(second, 60);
    EXPECT_LE(most_waiting_, 4U);
    EXPECT_THAT(timesCarried(), Each(2));
}

TEST_F(ReplayWorkerTest, WhatAnInstanceSaysOfItsConcurrencyCounts) {
    for (const auto& [concurrency, waiting] : {std::pair("40", 20U), std::pair("1", 1U)}) {
        const InstanceId id =
            add(concurrency, true, {{"event.notification.concurrency", concurrency}});
        record(id, 1'000);
        most_waiting_ = 0;

        run(begin(100'000), 10);

        EXPECT_EQ(most_waiting_, waiting) << concurrency;
        ASSERT_TRUE(store_->instances().remove({&id, 1}));
    }
}

TEST_F(ReplayWorkerTest, FewAreOnTheirWayAtATimeHoweverManyCallbacksThereAre) {
    options_.untried_max = 6;
    kill();
    start();
    for (int i = 0; i < 10; ++i)
        record(add("i" + std::to_string(i)), 100);
    const ReplayId id = begin(100'000);

    run(id, 60);

    EXPECT_EQ(replay(id).state, ReplayState::Done);
    EXPECT_EQ(carried_.size(), 1'000U);
    EXPECT_EQ(most_waiting_, 6U);
}

TEST_F(ReplayWorkerTest, ACallbackThatIsAwayHoldsUpNoOther) {
    options_.parts_per_step = 2;
    kill();
    start();
    away_ = add("a");
    record(away_, 200);
    for (int i = 0; i < 6; ++i)
        record(add("b" + std::to_string(i)), 200);
    const ReplayId id = begin(100'000);

    run(id, 60);

    EXPECT_EQ(replay(id).state, ReplayState::Running);
    EXPECT_EQ(carried_.size(), 1'200U);
    away_ = InstanceId();
    clock_.advance(Milliseconds(3'600'000));
    run(id, 60);
    EXPECT_EQ(replay(id).state, ReplayState::Done);
    EXPECT_EQ(carried_.size(), 1'400U);
    EXPECT_THAT(timesCarried(), Each(1));
}

TEST_F(ReplayWorkerTest, ACancelledReplayMakesNoMore) {
    record(add("a"), 1'000);
    const ReplayId id = begin(100'000);
    clock_.advance(Milliseconds(1'000));
    worker_->step();
    clock_.advance(Milliseconds(1'000));
    worker_->step();

    ASSERT_TRUE(*store_->replays().cancel(id, clock_.now()));
    run(id, 5);

    EXPECT_THAT(carried_, IsEmpty());
    EXPECT_EQ(worker_->step(), TimePoint::max());
}

TEST_F(ReplayWorkerTest, DeliveriesThatAreAskedForByTheManyStandBehindFewOfThem) {
    const InstanceId id = add("a");
    std::vector<store::DeliveryKey> keys;
    for (int i = 0; i < 101; ++i)
        record(id, 1);
    const auto callback = (*store_->instances().find(id))->callback;
    for (int i = 0; i < 101; ++i) {
        store::ReplayProgress made;
        Replay source;
        made.replay = *store_->replays().create(source);
        made.pages.push_back({id, callback, EventNumber(i + 1), EventNumber(i + 1)});
        made.is_done = true;
        made.now = clock_.now();
        ASSERT_TRUE(store_->replays().advance(made));
    }
    const auto leased = store_->deliveries().lease({clock_.now(), 1'000, 1'000});
    for (const Delivery& one : *leased) {
        AttemptOutcome dead;
        dead.delivery = one.id;
        dead.instance = one.instance;
        dead.callback = one.callback;
        dead.state = DeliveryState::Dead;
        dead.attempt_count = 1;
        dead.finished_at = clock_.now();
        ASSERT_TRUE(store_->deliveries().record({&dead, 1}));
        keys.push_back({one.instance, one.id});
    }
    ASSERT_EQ(keys.size(), 101U);
    Replay job;
    job.is_redelivery = true;
    job.rate = 100'000;
    job.created_at = clock_.now();
    const ReplayId job_id = *store_->replays().createRedelivery(job, keys);
    kill();
    start();

    run(job_id, 60);

    EXPECT_EQ(replay(job_id).state, ReplayState::Done);
    EXPECT_EQ(carried_.size(), 101U);
    EXPECT_THAT(timesCarried(), Each(1));
    EXPECT_LE(most_waiting_, 4U) << "a live delivery waits for these alone";
}

class ReplayWorkerBySeed : public ReplayWorkerTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ReplayWorkerBySeed, testing::Range(1, 21));

TEST_P(ReplayWorkerBySeed, CarriesEveryEventOnceWhateverFailsAndWheneverItIsKilled) {
    test::SeededRandom fate(static_cast<std::uint64_t>(GetParam()));
    options_.parts_per_step = 1 + fate.below(4);
    kill();
    start();
    std::size_t events = 0;
    for (int i = 0; i < 5; ++i) {
        const auto count = static_cast<int>(fate.below(300));
        record(add("i" + std::to_string(i)), count);
        events += static_cast<std::size_t>(count);
    }
    const ReplayId id = begin(100 + static_cast<std::int64_t>(fate.below(5'000)));
    decide_ = [&fate](std::uint64_t, std::string_view) {
        const auto dice = fate.below(20);
        return dice == 0 ? test::Fault::Before : dice == 1 ? test::Fault::After : test::Fault::None;
    };

    for (int i = 0; i < 4'000 && replay(id).state == ReplayState::Running; ++i) {
        worker_->step();
        if (fate.below(3) == 0) takeDeliveries();
        if (fate.below(15) == 0) {
            kill();
            start();
        }
        clock_.advance(Milliseconds(static_cast<std::int64_t>(1 + fate.below(400))));
    }
    takeDeliveries();

    EXPECT_EQ(replay(id).state, ReplayState::Done);
    EXPECT_EQ(carried_.size(), events);
    EXPECT_THAT(timesCarried(), Each(1));
    EXPECT_EQ(replay(id).counts.matched, static_cast<std::int64_t>(events));
    EXPECT_LE(most_waiting_, 5U * 4U);
}

}  // namespace
}  // namespace ferry::pipeline
