// Goal: whatever fails, and whenever, every change gives one event and every event arrives.
// Method: the whole flow in simulated time, by seed; at the end everything is healed, and the event
// log, replayed, must give the account as it is. FERRY_SEED=n runs one seed with a full trace,
// FERRY_SEEDS=n runs n seeds from FERRY_FIRST_SEED on.

#include "simulation/simulation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace ferry::test {
namespace {

std::uint64_t numberFromEnvironment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

std::string joined(const std::vector<std::string>& problems) {
    std::string text;
    for (const std::string& problem : problems)
        text += "\n    " + problem;
    return text;
}

SimulationCounts runOne(const SimulationOptions& options) {
    Simulation simulation(options);
    const std::vector<std::string> problems = simulation.run();
    EXPECT_TRUE(problems.empty()) << "seed " << options.seed << ": " << joined(problems)
                                  << "\n  run it alone: FERRY_SEED=" << options.seed;
    return simulation.counts();
}

TEST(Simulation, HoldsItsInvariantsThroughAnyStorm) {
    const std::uint64_t one = numberFromEnvironment("FERRY_SEED", 0);
    const std::uint64_t first = one != 0 ? one : numberFromEnvironment("FERRY_FIRST_SEED", 1);
    const std::uint64_t count = one != 0 ? 1 : numberFromEnvironment("FERRY_SEEDS", 30);
    SimulationCounts total;
    for (std::uint64_t seed = first; seed < first + count && !HasFailure(); ++seed) {
        SimulationOptions options;
        options.seed = seed;
        options.is_traced = one != 0;
        const SimulationCounts counts = runOne(options);
        total.lives += counts.lives;
        total.events += counts.events;
        total.duplicates += counts.duplicates;
        total.requests += counts.requests;
    }
    std::cout << count << " seeds from " << first << ": " << total.lives << " lives, "
              << total.events << " events, " << total.duplicates << " duplicate callbacks, "
              << total.requests << " requests\n";
    EXPECT_GT(total.events, count);
    if (count > 10) {
        EXPECT_GT(total.lives, count);
    }
}

/// Runs the calm scenario with one fault at place 1, 2, ... until the place is never reached.
template <typename Place>
void runWithAFaultAtEach(Place place, std::uint64_t stride) {
    std::uint64_t at = 1;
    for (;; at += stride) {
        SimulationOptions options;
        options.seed = 7;
        options.is_stormy = false;
        options.actions = 6;
        place(options, at);
        const SimulationCounts counts = runOne(options);
        if (::testing::Test::HasFailure()) {
            std::cout << "the fault was at place " << at << "\n";
            return;
        }
        if (!counts.has_faulted) break;
    }
    std::cout << (at - 1) / stride << " places\n";
    EXPECT_GT((at - 1) / stride, 10U);
}

/// Every place takes long: ctest looks at some of them.
std::uint64_t stride(std::uint64_t otherwise) {
    return numberFromEnvironment("FERRY_FAULT_STRIDE", otherwise);
}

TEST(Simulation, SurvivesAFailureOfEachCommitInTurn) {
    runWithAFaultAtEach(
        [](SimulationOptions& options, std::uint64_t at) { options.failing_commit = at; }, stride(3)
    );
}

TEST(Simulation, SurvivesAFailureOfEachCallOfTheStoreInTurn) {
    runWithAFaultAtEach(
        [](SimulationOptions& options, std::uint64_t at) { options.failing_call = at; }, stride(37)
    );
}

TEST(Simulation, SurvivesAnAnswerOfTheStoreThatIsLost) {
    runWithAFaultAtEach(
        [](SimulationOptions& options, std::uint64_t at) {
            options.failing_call = at;
            options.fails_after_effect = true;
        },
        stride(37)
    );
}

TEST(Simulation, SurvivesACrashBeforeEachCallOfTheStore) {
    runWithAFaultAtEach(
        [](SimulationOptions& options, std::uint64_t at) { options.crash_at_call = at; }, stride(37)
    );
}

TEST(Simulation, SurvivesACrashAfterEachCallOfTheStore) {
    runWithAFaultAtEach(
        [](SimulationOptions& options, std::uint64_t at) {
            options.crash_at_call = at;
            options.fails_after_effect = true;
        },
        stride(37)
    );
}

TEST(Simulation, DoesTheSameAgainForTheSameSeed) {
    SimulationOptions options;
    options.seed = 3;
    options.actions = 30;
    const SimulationCounts first = runOne(options);
    const SimulationCounts second = runOne(options);
    EXPECT_EQ(first.store_calls, second.store_calls);
    EXPECT_EQ(first.commits, second.commits);
    EXPECT_EQ(first.requests, second.requests);
    EXPECT_EQ(first.events, second.events);
    EXPECT_EQ(first.callbacks, second.callbacks);
}

}  // namespace
}  // namespace ferry::test
