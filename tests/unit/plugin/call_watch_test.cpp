// Goal: a call that does not come back is seen, from any thread, and one that does is not.
// Method: calls that begin and end as told, and a clock that is set by hand.

#include "plugin/call_watch.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ferry::plugin {
namespace {

using std::chrono::milliseconds;

class CallWatchTest : public testing::Test {
  protected:
    milliseconds later(milliseconds time) {
        now_ += time;
        return watch_.longest(now_);
    }
    CallWatch watch_;
    std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
};

TEST_F(CallWatchTest, SeesACallThatDoesNotComeBack) {
    EXPECT_EQ(later(milliseconds(1'000)), milliseconds(0));
    watch_.begin();
    EXPECT_EQ(later(milliseconds(1'000)), milliseconds(0)) << "seen for the first time";
    EXPECT_EQ(later(milliseconds(1'000)), milliseconds(1'000));
    EXPECT_EQ(later(milliseconds(4'000)), milliseconds(5'000));
    watch_.end();
    EXPECT_EQ(later(milliseconds(1'000)), milliseconds(0));
}

TEST_F(CallWatchTest, ManyCallsOneAfterAnotherAreNoLongOne) {
    for (int i = 0; i < 10; ++i) {
        watch_.begin();
        EXPECT_EQ(later(milliseconds(1'000)), milliseconds(0)) << i;
        watch_.end();
    }
}

TEST_F(CallWatchTest, CallsOfOtherThreadsHideNothing) {
    watch_.begin();
    later(milliseconds(0));
    std::thread([this] {
        watch_.begin();
        watch_.end();
        watch_.begin();
        watch_.end();
    }).join();
    EXPECT_EQ(later(milliseconds(2'000)), milliseconds(2'000));
    watch_.end();
}

TEST_F(CallWatchTest, MoreThreadsThanItHasPlacesForAreNoFault) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 100; ++i) {
        threads.emplace_back([this] {
            for (int n = 0; n < 1'000; ++n) {
                watch_.begin();
                watch_.end();
            }
        });
    }
    for (int i = 0; i < 100; ++i)
        later(milliseconds(100));
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(later(milliseconds(1'000)), milliseconds(0));
    for (int i = 0; i < 200; ++i)
        std::thread([this] { watch_.begin(), watch_.end(); }).join();
    watch_.begin();
    later(milliseconds(0));
    EXPECT_GT(later(milliseconds(1'000)), milliseconds(0)) << "places of ended threads are free";
    watch_.end();
}

}  // namespace
}  // namespace ferry::plugin
