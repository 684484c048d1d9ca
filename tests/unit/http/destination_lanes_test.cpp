#include "http/destination_lanes.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace ferry::http {
namespace {

/// Takes turns until nobody may start; the requests in `withdrawn` are no longer there.
std::vector<RequestHandle> startAll(
    DestinationLanes& lanes, const std::set<RequestHandle>& withdrawn = {}
) {
    std::vector<RequestHandle> started;
    while (const auto handle =
               lanes.next([&](RequestHandle one) { return withdrawn.count(one) == 0; })) {
        started.push_back(*handle);
    }
    return started;
}

TEST(DestinationLanes, ALongLaneLetsTheOthersHaveTheirTurns) {
    DestinationLanes lanes;
    for (const RequestHandle handle : {1, 2, 3, 4})
        lanes.enter("long", 10, handle);
    lanes.enter("short", 10, 5);
    EXPECT_EQ(startAll(lanes), (std::vector<RequestHandle>{1, 5, 2, 3, 4}));
}

TEST(DestinationLanes, AFullLaneGoesOnWhenARequestHasEnded) {
    DestinationLanes lanes;
    const auto place = lanes.enter("one", 2, 1);
    lanes.enter("one", 2, 2);
    lanes.enter("one", 2, 3);
    EXPECT_EQ(startAll(lanes), (std::vector<RequestHandle>{1, 2}));
    lanes.leave(place);
    EXPECT_EQ(startAll(lanes), (std::vector<RequestHandle>{3}));
}

TEST(DestinationLanes, AWithdrawnRequestTakesUpNoRoom) {
    DestinationLanes lanes;
    for (const RequestHandle handle : {1, 2, 3})
        lanes.enter("one", 1, handle);
    lanes.enter("gone", 1, 4);
    EXPECT_EQ(startAll(lanes, {1, 2, 4}), (std::vector<RequestHandle>{3}));
    // Both lanes go on: the one has room again, and the other is made anew.
    lanes.enter("gone", 1, 5);
    EXPECT_EQ(startAll(lanes), (std::vector<RequestHandle>{5}));
}

}  // namespace
}  // namespace ferry::http
