// Goal: a hub that is killed at any moment loses no change, gives none twice, and is back at once.
// Method: SIGKILL of the real program at random moments while files change and webhooks come; at
// the end the event log, replayed, is the account, and the receiver has every event. FERRY_ROUNDS
// is the number of kills (8), FERRY_SEED the seed.

#include "faults/fault_bench.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace ferry::test {
namespace {

std::uint64_t numberFromEnvironment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

TEST(Kill, LosesNothingAndGivesNothingTwice) {
    const std::uint64_t rounds = numberFromEnvironment("FERRY_ROUNDS", 8);
    const std::uint64_t seed = numberFromEnvironment("FERRY_SEED", 1);
    std::cout << "seed " << seed << ", " << rounds << " rounds\n";
    FaultBench bench(seed);
    for (int i = 0; i < 20; ++i)
        bench.act();
    ASSERT_TRUE(bench.startHub()) << bench.hub().errorOutput();
    ASSERT_TRUE(bench.waitForBaseline(Milliseconds(60'000))) << bench.hub().errorOutput();

    Milliseconds slowest{0};
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const std::uint64_t changes = 1 + bench.random().below(12);
        for (std::uint64_t i = 0; i < changes; ++i) {
            bench.act();
            ::poll(nullptr, 0, static_cast<int>(bench.random().below(40)));
        }
        // While it fetches, commits or delivers what came last, or a while after.
        ::poll(nullptr, 0, static_cast<int>(bench.random().below(300)));
        ASSERT_TRUE(bench.hub().kill()) << "the hub had ended: " << bench.hub().errorOutput();
        for (std::uint64_t i = bench.random().below(4); i > 0; --i)
            bench.act();
        const auto took = bench.startHub();
        ASSERT_TRUE(took) << "round " << round << ", seed " << seed << ": "
                          << bench.hub().errorOutput();
        slowest = std::max(slowest, *took);
        if (round % 20 != 19) continue;
        ASSERT_TRUE(bench.waitUntilQuiet(Milliseconds(90'000))) << "round " << round;
        ASSERT_EQ(bench.problems(), std::vector<std::string>()) << "round " << round;
    }
    const bool is_quiet = bench.waitUntilQuiet(Milliseconds(120'000));
    EXPECT_TRUE(is_quiet) << bench.hub().errorOutput();
    EXPECT_EQ(bench.problems(), std::vector<std::string>()) << "seed " << seed;
    EXPECT_GT(bench.receiver().eventCount(), rounds);
    EXPECT_TRUE(bench.hub().kill()) << "the hub had ended: " << bench.hub().errorOutput();
    std::cout << rounds << " kills, slowest restart " << slowest.count() << " ms, "
              << bench.loggedEvents() << " events, " << bench.receiver().duplicateCount()
              << " duplicate callbacks\n";
    // The program itself needs a tenth of this; sanitizers and a busy machine the rest.
    EXPECT_LT(slowest, Milliseconds(10'000));
}

}  // namespace
}  // namespace ferry::test
