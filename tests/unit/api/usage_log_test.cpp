// Goal: the log of calls keeps the last ones and no more, and finds them.
// Method: more calls than it holds; pages; a path longer than it keeps.

#include "api/usage_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::ElementsAre;

UsageEntry entry(int i) {
    UsageEntry made;
    made.request_id = fmt::format("request {}", i);
    made.path = fmt::format("/instances/{}", i);
    return made;
}

std::vector<std::int64_t> numbers(const UsageLog& log, std::int64_t before, std::size_t limit) {
    std::vector<std::int64_t> found;
    log.newest(before, [&](const UsageEntry& one) {
        found.push_back(one.number);
        return found.size() < limit;
    });
    return found;
}

TEST(UsageLog, GivesTheNewestFirst) {
    UsageLog log;
    EXPECT_TRUE(numbers(log, 0, 9).empty());
    for (int i = 1; i <= 4; ++i)
        log.add(entry(i));
    EXPECT_THAT(numbers(log, 0, 9), ElementsAre(4, 3, 2, 1));
    EXPECT_THAT(numbers(log, 0, 2), ElementsAre(4, 3));
    EXPECT_THAT(numbers(log, 3, 9), ElementsAre(2, 1));
    EXPECT_EQ(log.find("request 2")->path, "/instances/2");
    EXPECT_FALSE(log.find("request 9"));
}

TEST(UsageLog, ForgetsTheOldestAndCutsPaths) {
    UsageLog log;
    const int count = static_cast<int>(kUsageCallsMax) + 3;
    for (int i = 1; i <= count; ++i)
        log.add(entry(i));
    const auto kept = numbers(log, 0, kUsageCallsMax + 9);
    EXPECT_EQ(kept.size(), kUsageCallsMax);
    EXPECT_EQ(kept.front(), count);
    EXPECT_EQ(kept.back(), 4);
    EXPECT_FALSE(log.find("request 3"));
    UsageEntry long_one = entry(0);
    long_one.path = std::string(kUsagePathBytesMax - 1, 'x') + "\xC3\xA4";
    log.add(long_one);
    EXPECT_EQ(log.find("request 0")->path, std::string(kUsagePathBytesMax - 1, 'x'));
}

}  // namespace
}  // namespace ferry::api
