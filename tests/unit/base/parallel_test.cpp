// Goal: everything is done once, and all of it when the call returns. Method: counters for each
// index, more and fewer of them than there are processors.

#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace ferry {
namespace {

TEST(Parallel, DoesEachThingOnceBeforeItReturns) {
    for (const std::size_t count : {0, 1, 2, 7, 1000}) {
        std::vector<std::atomic<int>> done(count);
        forEachInParallel(count, [&](std::size_t i) { ++done[i]; });
        for (const std::atomic<int>& times : done)
            EXPECT_EQ(times, 1);
    }
}

}  // namespace
}  // namespace ferry
