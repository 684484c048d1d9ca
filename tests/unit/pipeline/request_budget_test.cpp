// Goal: no period has more requests of an app than its rate says, and all of them get their turn.
// Method: times by hand; a window over all turns.

#include "pipeline/request_budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace ferry::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{seconds(1'000'000)};

/// Most requests in any `period` of sorted times.
std::size_t busiest(const std::vector<TimePoint>& times, Milliseconds period) {
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] >= period)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

TEST(RequestBudget, NoPeriodHasMoreThanTheRateSays) {
    for (const unsigned requests : {1U, 2U, 9U, 10U, 100U, 1000U}) {
        RequestBudget budget;
        const RequestRate rate{requests, seconds(10)};
        std::vector<TimePoint> turns;
        // All at once, then after a quiet time, then in a trickle.
        for (unsigned i = 0; i < 3 * requests; ++i)
            turns.push_back(budget.reserve("app", rate, kStart));
        const TimePoint later = turns.back() + seconds(25);
        for (unsigned i = 0; i < 2 * requests; ++i)
            turns.push_back(budget.reserve("app", rate, later + milliseconds(i)));
        EXPECT_TRUE(std::is_sorted(turns.begin(), turns.end())) << requests;
        EXPECT_LE(busiest(turns, rate.period), requests);
        // And it is used: three periods' worth takes little more than three periods.
        EXPECT_LE(turns[3 * requests - 1] - turns[0], rate.period * 4) << requests;
    }
}

TEST(RequestBudget, AppsDoNotShareTheirs) {
    RequestBudget budget;
    const RequestRate rate{1, seconds(10)};
    EXPECT_EQ(budget.reserve("a", rate, kStart), kStart);
    EXPECT_EQ(budget.reserve("b", rate, kStart), kStart);
    EXPECT_EQ(budget.reserve("a", rate, kStart), kStart + seconds(10));
    EXPECT_EQ(budget.reserve("a", {0, seconds(0)}, kStart), kStart) << "no rate, no wait";
}

TEST(RequestBudget, APauseHoldsBackAllOfAnApp) {
    RequestBudget budget;
    const RequestRate rate{10, seconds(10)};
    budget.pause("a", kStart + seconds(30));
    budget.pause("a", kStart + seconds(20));
    const TimePoint first = budget.reserve("a", rate, kStart);
    EXPECT_EQ(first, kStart + seconds(30));
    EXPECT_GT(budget.reserve("a", rate, kStart), first) << "one after another";
    EXPECT_EQ(budget.reserve("b", rate, kStart), kStart);
    EXPECT_EQ(budget.reserve("a", rate, kStart + seconds(300)), kStart + seconds(300));
}

TEST(RequestBudget, ATurnIsKeptForItsInstance) {
    RequestBudget budget;
    budget.keep(InstanceId(7), kStart);
    EXPECT_EQ(budget.taken(InstanceId(8), TimePoint::max()), TimePoint::max());
    EXPECT_EQ(budget.taken(InstanceId(7), TimePoint::max()), kStart);
    EXPECT_EQ(budget.taken(InstanceId(7), TimePoint::max()), TimePoint::max());
}

}  // namespace
}  // namespace ferry::pipeline
