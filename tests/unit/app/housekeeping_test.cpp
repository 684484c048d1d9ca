// Goal: old rows go, young ones stay, and a store that fails is asked again later. Method: events
// committed to a SQLite store under a clock that the test moves.

#include "app/housekeeping.h"

#include "instance_apply_fixture.h"

namespace ferry::app::test {
namespace {

constexpr Milliseconds kDay{86'400'000};

class HousekeepingTest : public InstanceApplyTest {
  protected:
    HousekeepingTest()
        : log_(
              clock_,
              observe::LogLevel::Info,
              observe::LogFormat::Text,
              [this](std::string_view line) { log_text_.append(line).append("\n"); }
          ) {
        apply(declared("one"));
        authorize("one");
    }

    void commitEvents(int count, std::size_t body_bytes = 2) {
        store::SyncCommit commit;
        commit.instance = stored("one").id;
        commit.callback = callback_;
        commit.now = clock_.now();
        for (int at = 0; at < count; ++at) {
            RecordedEvent event;
            event.id = "event-" + std::to_string(++made_);
            event.recorded_at = clock_.now();
            event.body = std::string(body_bytes, ' ');
            commit.events.push_back(std::move(event));
            IndexedObject object;
            object.object_id = "id:" + std::to_string(made_);
            object.path_key = "/" + std::to_string(made_);
            commit.tombstone_puts.push_back(std::move(object));
        }
        const auto outcomes = store_->sync().commit({&commit, 1});
        ASSERT_TRUE(outcomes.front());
    }
    std::int64_t events() { return store_->events().count(InstanceId()).value_or(-1); }
    std::int64_t bytesUsed() { return store_->meta().bytesUsed().value_or(-1); }
    bool hasTombstone(int number) {
        const std::vector<std::string> ids{"id:" + std::to_string(number)};
        const auto found = store_->sync().hasTombstones(stored("one").id, ids);
        return found && found->front();
    }

    std::string log_text_;
    observe::Log log_;
    CallbackId callback_;  ///< of what is committed; none: there are no deliveries
    int made_ = 0;
};

TEST_F(HousekeepingTest, DropsWhatIsOldAndKeepsWhatIsYoung) {
    Housekeeping housekeeping(*store_, clock_, log_, Retention{});
    commitEvents(3);
    clock_.advance(29 * kDay);
    commitEvents(2);
    housekeeping.step();
    EXPECT_EQ(events(), 5);

    clock_.advance(2 * kDay);
    const TimePoint next = housekeeping.step();
    EXPECT_EQ(events(), 2);
    EXPECT_TRUE(hasTombstone(1)) << "tombstones live longer than events";
    EXPECT_GE(next - clock_.now(), Milliseconds(10'000)) << "done: it rests";

    clock_.advance(60 * kDay);
    housekeeping.step();
    EXPECT_EQ(events(), 0);
    EXPECT_FALSE(hasTombstone(1));
    EXPECT_EQ(log_text_, "");
}

TEST_F(HousekeepingTest, WhatWaitsTooLongIsGivenUp) {
    Housekeeping housekeeping(*store_, clock_, log_, Retention{30 * kDay, 0, 10 * kDay});
    callback_ = stored("one").callback;
    commitEvents(250);
    clock_.advance(9 * kDay);
    commitEvents(20);
    housekeeping.step();
    const auto states = [this] { return store_->deliveries().countByState().value(); };
    EXPECT_EQ(states()[DeliveryState::Waiting], 14);

    clock_.advance(2 * kDay);
    housekeeping.step();
    EXPECT_EQ(states()[DeliveryState::Waiting], 1);
    EXPECT_EQ(states()[DeliveryState::Dead], 13);
    EXPECT_NE(log_text_.find("deliveries=13"), std::string::npos) << log_text_;
    EXPECT_EQ(events(), 270) << "they can be delivered again";

    clock_.advance(25 * kDay);
    for (int i = 0; i < 5; ++i)
        clock_.advanceTo(housekeeping.step());
    EXPECT_EQ(states()[DeliveryState::Dead], 14);
    EXPECT_EQ(events(), 270) << "older than 30 days, but the dead letters are not";

    clock_.advance(31 * kDay);
    for (int i = 0; i < 5; ++i)
        clock_.advanceTo(housekeeping.step());
    EXPECT_EQ(states()[DeliveryState::Dead], 0);
    EXPECT_EQ(events(), 0) << "nothing needs them";
}

TEST_F(HousekeepingTest, ManyRowsGoInSeveralSteps) {
    Housekeeping housekeeping(*store_, clock_, log_, Retention{});
    commitEvents(2'500);
    clock_.advance(31 * kDay);

    const TimePoint soon = housekeeping.step();

    EXPECT_EQ(events(), 2'300) << "intake is not kept waiting";
    EXPECT_LT(soon - clock_.now(), Milliseconds(1'000)) << "but there is more to do";
    clock_.advanceTo(soon);
    for (int i = 0; i < 12; ++i)
        clock_.advanceTo(housekeeping.step());
    EXPECT_EQ(events(), 0);
}

TEST_F(HousekeepingTest, AStoreThatIsTooLargeLosesItsOldestFirst) {
    for (int day = 0; day < 20; ++day) {
        commitEvents(1'000, 1'000);
        clock_.advance(kDay);
    }
    const std::int64_t full = bytesUsed();
    const std::int64_t wanted = full / 2;
    Housekeeping housekeeping(*store_, clock_, log_, Retention{30 * kDay, wanted});

    TimePoint next = clock_.now();
    for (int i = 0; i < 300 && next - clock_.now() < Milliseconds(10'000); ++i) {
        clock_.advanceTo(next);
        next = housekeeping.step();
    }

    EXPECT_LE(bytesUsed(), wanted);
    EXPECT_GT(bytesUsed(), wanted - full / 10) << "no more than it has to";
    const auto left = store_->events().after(EventNumber(), InstanceId(), 1);
    ASSERT_TRUE(left && !left->empty());
    EXPECT_EQ(left->front().number.value, 20'001 - events()) << "the youngest are there";
    EXPECT_NE(log_text_.find("larger than retention.size"), std::string::npos);
    const std::int64_t stays = events();
    clock_.advanceTo(housekeeping.step());
    clock_.advanceTo(housekeeping.step());
    EXPECT_EQ(events(), stays);
}

TEST_F(HousekeepingTest, WhatIsYoungStaysInAStoreThatIsTooLarge) {
    commitEvents(100);
    clock_.advance(Milliseconds(1'000));
    Housekeeping housekeeping(*store_, clock_, log_, Retention{30 * kDay, 1});

    TimePoint next = housekeeping.step();
    for (int i = 0; i < 500 && next - clock_.now() < Milliseconds(10'000); ++i) {
        clock_.advanceTo(next);
        next = housekeeping.step();
    }

    EXPECT_EQ(events(), 100);
    EXPECT_GE(next - clock_.now(), Milliseconds(10'000)) << "it rests";
    for (int minute = 0; minute < 150; ++minute) {
        clock_.advanceTo(next);
        next = housekeeping.step();
    }
    EXPECT_EQ(events(), 0) << "young no more";
    EXPECT_NE(log_text_.find("nothing is left in it to drop"), std::string::npos) << log_text_;
}

TEST_F(HousekeepingTest, AStoreThatFailsIsSaidAndAskedAgainLater) {
    const auto reader =
        store::sqlite::SqliteStore::openReadOnly((folder_.path() / "ferry.db").string());
    ASSERT_TRUE(reader);
    Housekeeping housekeeping(**reader, clock_, log_, Retention{});
    const TimePoint next = housekeeping.step();
    EXPECT_NE(log_text_.find("can't drop old rows"), std::string::npos);
    EXPECT_GE(next - clock_.now(), Milliseconds(10'000)) << "no busy loop";
}

}  // namespace
}  // namespace ferry::app::test
