// Goal: an object has one lane for ever, instances share none, and objects spread over all of them.

#include "pipeline/delivery_lane.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace ferry::pipeline {
namespace {

TEST(DeliveryLane, IsTheSameInEveryVersion) {
    // The hash by hand: 0xaf63dc4c8601ec8c of "a", as published with FNV-1a; with halves put
    // together it ends in 0xc ^ 0xc.
    EXPECT_EQ(laneOf(DeliveryOrdering::Object, InstanceId(1), "a"), LaneId(16));
    EXPECT_EQ(laneOf(DeliveryOrdering::Object, InstanceId(3), "a"), LaneId(48));
}

TEST(DeliveryLane, IsNeverNoneNorOfAnotherInstance) {
    for (std::int64_t instance = 1; instance <= 3; ++instance) {
        for (int i = 0; i < 200; ++i) {
            const LaneId lane =
                laneOf(DeliveryOrdering::Object, InstanceId(instance), "id:" + std::to_string(i));
            EXPECT_GE(lane.value, instance * 16);
            EXPECT_LT(lane.value, (instance + 1) * 16);
        }
    }
}

TEST(DeliveryLane, AnInstanceInOrderHasOne) {
    EXPECT_EQ(laneOf(DeliveryOrdering::Instance, InstanceId(3), "a"), LaneId(48));
    EXPECT_EQ(laneOf(DeliveryOrdering::Instance, InstanceId(3), "b"), LaneId(48));
    EXPECT_EQ(laneOf(DeliveryOrdering::None, InstanceId(3), "a"), LaneId());
}

TEST(DeliveryLane, ObjectsSpreadOverAll) {
    std::map<LaneId, int> counts;
    for (int i = 0; i < 16'000; ++i)
        ++counts[laneOf(
            DeliveryOrdering::Object, InstanceId(1), "id:AAAAAAAAAAAAAAAAAAAA" + std::to_string(i)
        )];
    EXPECT_EQ(counts.size(), kLanesPerInstance);
    for (const auto& [lane, count] : counts) {
        EXPECT_GT(count, 800) << lane.value;
        EXPECT_LT(count, 1'200) << lane.value;
    }
}

}  // namespace
}  // namespace ferry::pipeline
