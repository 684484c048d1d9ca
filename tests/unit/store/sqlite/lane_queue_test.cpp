// Goal: of a callback's lanes each gives one delivery at a time, in the order in which they are
// due, and what is empty is forgotten. Method: the queue by itself, with numbers for times.

#include "store/sqlite/lane_queue.h"

#include <gmock/gmock.h>

namespace ferry::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TimePoint at(std::int64_t ms) {
    return fromEpochMilliseconds(ms);
}

std::vector<std::int64_t> lanesOf(const std::vector<LaneQueue::Place>& places) {
    std::vector<std::int64_t> lanes;
    for (const LaneQueue::Place& place : places)
        lanes.push_back(place.lane.value);
    return lanes;
}

TEST(LaneQueue, GivesLanesInTheOrderInWhichTheyAreDue) {
    LaneQueue queue;
    queue.noteDue(LaneId(3), at(30));
    queue.noteDue(LaneId(), at(20));
    queue.noteDue(LaneId(2), at(10));
    queue.noteDue(LaneId(3), at(40));  // later: no news
    EXPECT_THAT(lanesOf(queue.until(at(99), 9)), ElementsAre(2, 0, 3));
    EXPECT_THAT(lanesOf(queue.until(at(20), 9)), ElementsAre(2, 0));
    EXPECT_THAT(lanesOf(queue.until(at(99), 2)), ElementsAre(2, 0));
    EXPECT_THAT(lanesOf(queue.until(at(9), 9)), IsEmpty());
    EXPECT_EQ(queue.first()->lane, LaneId(2));
    EXPECT_EQ(queue.first()->at, at(10));
}

TEST(LaneQueue, ALaneWithALeaseWaits) {
    LaneQueue queue;
    queue.noteDue(LaneId(1), at(10));
    queue.noteDue(LaneId(), at(10));
    queue.lease(LaneId(1), DeliveryId(5));
    queue.lease(LaneId(), DeliveryId(6));
    EXPECT_THAT(lanesOf(queue.until(at(99), 9)), ElementsAre(0)) << "the others have no order";
    EXPECT_EQ(queue.leasedCount(), 2U);
    EXPECT_TRUE(queue.isLeased(DeliveryId(5)));
    queue.end(LaneId(1), DeliveryId(4));
    EXPECT_THAT(lanesOf(queue.until(at(99), 9)), ElementsAre(0)) << "that was not the one";
    queue.end(LaneId(1), DeliveryId(5));
    EXPECT_THAT(lanesOf(queue.until(at(99), 9)), ElementsAre(0, 1));
}

TEST(LaneQueue, AHeldLaneIsDueLater) {
    LaneQueue queue;
    queue.noteDue(LaneId(1), at(10));
    queue.noteDue(LaneId(2), at(20));
    queue.hold(LaneId(1), at(50));
    queue.hold(LaneId(), at(50));  // is no lane
    EXPECT_EQ(queue.first()->lane, LaneId(2));
    EXPECT_THAT(queue.later(at(49), 9), ElementsAre(LaneId(1)));
    EXPECT_THAT(queue.later(at(50), 9), IsEmpty());
    EXPECT_EQ(queue.dueOf(LaneId(1)), at(10)) << "its first delivery keeps its time";
    EXPECT_EQ(queue.heldUntil(LaneId(1)), at(50));
    EXPECT_EQ(queue.heldUntil(LaneId()), TimePoint());
    queue.hold(LaneId(1), TimePoint());
    EXPECT_THAT(lanesOf(queue.until(at(20), 9)), ElementsAre(1, 2));
}

TEST(LaneQueue, ForgetsWhatIsEmpty) {
    LaneQueue queue;
    EXPECT_TRUE(queue.isEmpty());
    queue.noteDue(LaneId(1), at(10));
    queue.lease(LaneId(1), DeliveryId(5));
    queue.setDue(LaneId(1), std::nullopt);
    EXPECT_FALSE(queue.isEmpty()) << "one is leased";
    EXPECT_THAT(queue.ordered(), ElementsAre(LaneId(1)));
    queue.end(LaneId(1), DeliveryId(5));
    EXPECT_TRUE(queue.isEmpty());
    EXPECT_THAT(queue.ordered(), IsEmpty());
    queue.hold(LaneId(1), at(5));
    EXPECT_TRUE(queue.isEmpty()) << "there is nothing to hold";
}

}  // namespace
}  // namespace ferry::store::sqlite
