// Goal: a hub that is killed at any moment loses no change, gives none twice, keeps the order that
// was asked for, and is back at once. Method: SIGKILL of the real program at random moments while
// files change, webhooks come and callbacks are on their way; at the end the event log, replayed,
// is the account, and the receiver has every event. FERRY_ROUNDS is the number of kills (8),
// FERRY_SEED the seed.

#include "faults/fault_bench.h"

#include <fmt/format.h>
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

/// Changes beside the load, and a kill in the middle of them or a while after; then some more.
void disturb(FaultBench& bench) {
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
}

void report(std::uint64_t rounds, Milliseconds slowest, FaultBench& bench) {
    const CallbackLog& receiver = bench.receiver();
    const auto all = static_cast<double>(receiver.deliveryCount());
    std::cout << fmt::format(
        "{} kills under load, slowest restart {} ms: {} events, none lost; {} deliveries, of which "
        "{} came more than once ({:.3f} %), {:.2f} a kill\n",
        rounds,
        slowest.count(),
        bench.loggedEvents(),
        receiver.deliveryCount(),
        receiver.repeatedCount(),
        100 * static_cast<double>(receiver.repeatedCount()) / std::max(all, 1.0),
        static_cast<double>(receiver.repeatedCount()) / static_cast<double>(rounds)
    );
}

TEST(Kill, LosesNothingAndGivesNothingTwice) {
    const std::uint64_t rounds = numberFromEnvironment("FERRY_ROUNDS", 8);
    const std::uint64_t seed = numberFromEnvironment("FERRY_SEED", 1);
    // Each look reads all there has been.
    const std::uint64_t look_every = std::max<std::uint64_t>(20, rounds / 20);
    std::cout << "seed " << seed << ", " << rounds << " rounds" << std::endl;
    FaultBench bench(seed, {.orderings = {"none", "object", "instance"}});
    for (int i = 0; i < 20; ++i)
        bench.act();
    ASSERT_TRUE(bench.startHub()) << bench.hub().errorOutput();
    ASSERT_TRUE(bench.waitForBaseline(Milliseconds(60'000))) << bench.hub().errorOutput();

    Milliseconds slowest{0};
    bench.startLoad();
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        ASSERT_NO_FATAL_FAILURE(disturb(bench)) << "round " << round << ", seed " << seed;
        const auto took = bench.startHub();
        ASSERT_TRUE(took) << "round " << round << ", seed " << seed << ": "
                          << bench.hub().errorOutput();
        slowest = std::max(slowest, *took);
        if (round % look_every != 0) continue;
        bench.stopLoad();
        ASSERT_TRUE(bench.waitUntilQuiet(Milliseconds(90'000))) << "round " << round;
        ASSERT_EQ(bench.problems(), std::vector<std::string>()) << "round " << round;
        std::cout << "round " << round << ": " << bench.receiver().deliveryCount()
                  << " deliveries, nothing lost" << std::endl;
        bench.startLoad();
    }
    bench.stopLoad();
    const bool is_quiet = bench.waitUntilQuiet(Milliseconds(120'000));
    EXPECT_TRUE(is_quiet) << bench.hub().errorOutput();
    EXPECT_EQ(bench.problems(), std::vector<std::string>()) << "seed " << seed;
    EXPECT_GT(bench.receiver().eventCount(), rounds);
    EXPECT_TRUE(bench.hub().kill()) << "the hub had ended: " << bench.hub().errorOutput();
    if (!testing::Test::HasFailure()) report(rounds, slowest, bench);
    // The program itself needs a tenth of this; sanitizers and a busy machine the rest.
    EXPECT_LT(slowest, Milliseconds(10'000));
}

}  // namespace
}  // namespace ferry::test
