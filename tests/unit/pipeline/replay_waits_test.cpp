// Goal: a replay that stands still says for what, and one that goes on says nothing. Method: as in
// replay_worker_test.

#include "pipeline/replay_waits.h"

#include "replay_worker_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ReplayWaitsTest : public ReplayWorkerTest {
  protected:
    CallbackId callbackOf(InstanceId id) { return (*store_->instances().find(id))->callback; }
    void switchOff(InstanceId id) {
        ASSERT_TRUE(store_->deliveries().switchOff(callbackOf(id), clock_.now(), "HTTP 410"));
    }
    std::vector<ReplayWait> waitsOf(ReplayId id) {
        const auto outcomes = store_->replays().outcomes(id);
        auto waits = replayWaits(*store_, replay(id), *outcomes, clock_.now());
        EXPECT_TRUE(waits) << waits.error().message;
        return std::move(*waits);
    }
};

TEST_F(ReplayWaitsTest, NamesTheCallbackThatIsSwitchedOffAndNoOther) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    record(a, 1'000);
    record(b, 30);
    switchOff(a);
    const ReplayId id = begin(100'000);
    run(id, 5);
    ASSERT_EQ(replay(id).state, ReplayState::Running);

    const auto waits = waitsOf(id);
    ASSERT_THAT(waits, SizeIs(1));
    EXPECT_EQ(waits[0].kind, HoldKind::SwitchedOff);
    EXPECT_THAT(waits[0].reason, HasSubstr("its callback is switched off since "));
    ASSERT_THAT(waits[0].instances, SizeIs(1));
    EXPECT_EQ(waits[0].instances[0].id, a);
    EXPECT_THAT(std::string(holdAdvice(waits[0].kind)), HasSubstr("PUT /instances/{id}/enabled"));

    ASSERT_TRUE(store_->deliveries().switchOn(callbackOf(a), clock_.now()));
    EXPECT_THAT(waitsOf(id), IsEmpty());
    run(id, 60);
    EXPECT_EQ(replay(id).state, ReplayState::Done);
}

TEST_F(ReplayWaitsTest, OneThatFoundTheRoomTakenByAnotherWaitsForTheCallbackAsWell) {
    const InstanceId a = add("a");
    record(a, 1'000);
    switchOff(a);
    const ReplayId first = begin(100'000);
    run(first, 5);
    const ReplayId second = begin(100'000);
    run(second, 5);
    ASSERT_EQ(replay(second).counts.deliveries, 0);

    ASSERT_THAT(waitsOf(second), SizeIs(1));
    EXPECT_EQ(waitsOf(second)[0].kind, HoldKind::SwitchedOff);
    ASSERT_TRUE(store_->replays().cancel(second, clock_.now()));
    EXPECT_THAT(waitsOf(second), IsEmpty()) << "it waits for nothing any more";
}

TEST_F(ReplayWaitsTest, ADryRunWaitsForNobody) {
    const InstanceId a = add("a");
    record(a, 1'000);
    switchOff(a);
    const ReplayId id = begin(1, true);
    EXPECT_THAT(waitsOf(id), IsEmpty());
}

TEST_F(ReplayWaitsTest, NamesTheInstanceThatIsDisabledMeanwhile) {
    const InstanceId a = add("a");
    record(a, 30);
    away_ = a;
    const ReplayId id = begin(100'000);
    run(id, 5);
    ASSERT_THAT(waitsOf(id), SizeIs(1));
    EXPECT_EQ(waitsOf(id)[0].kind, HoldKind::Failing);
    ASSERT_TRUE(store_->instances().setState(a, InstanceState::Disabled, "", clock_.now()));

    ASSERT_THAT(waitsOf(id), SizeIs(1));
    EXPECT_EQ(waitsOf(id)[0].kind, HoldKind::InstanceOff);
}

}  // namespace
}  // namespace ferry::pipeline
