// Goal: a cursor that is set to now tells nothing of what happened before, and everything after.
// Method: changes behind the back of a live instance, a listing that skips, then further changes.

#include "support/derivation_bench.h"

#include <gtest/gtest.h>

namespace ferry::test {
namespace {

class SkipDerivation : public ::testing::Test {
  protected:
    Lines skip(Page listing) {
        bench_.position().beginListing(SyncPhase::Skip);
        return bench_.drain(std::move(listing));
    }

    DerivationBench bench_;
};

TEST_F(SkipDerivation, TellsNothingAndKnowsEverything) {
    bench_.baseline({folder("F", "/a"), file("1", "/a/1"), file("2", "/2"), file("3", "/3")});

    // 1 moved, 2 is gone, 3 has a new version, 4 is new.
    EXPECT_EQ(
        skip({folder("F", "/a"), file("1", "/1"), file("3", "/3", "r2", "h2"), file("4", "/4")}),
        Lines()
    );

    EXPECT_EQ(bench_.position().phase, SyncPhase::Live);
    EXPECT_EQ(
        bench_.resync({{
            folder("F", "/a"),
            file("1", "/1"),
            file("3", "/3", "r2", "h2"),
            file("4", "/4"),
        }}),
        Lines()
    ) << "the index is as the listing was";
    EXPECT_EQ(bench_.drain({file("3", "/3", "r3", "h3")}), Lines{"UPDATED /3"});
}

TEST_F(SkipDerivation, WhatWaitsForItsMoveWindowIsSkippedAsWell) {
    bench_.baseline({file("1", "/1"), file("2", "/2"), file("3", "/3")});
    EXPECT_EQ(bench_.drain({removed("/1"), removed("/2"), removed("/3")}), Lines{"(waits)"});

    EXPECT_EQ(skip({file("2", "/2"), file("3", "/moved")}), Lines());

    EXPECT_EQ(bench_.drainAfterWindow(), Lines());
    EXPECT_TRUE(bench_.store().sync().lost(bench_.instance(), 9)->empty());
    EXPECT_EQ(
        bench_.drain({removed("/2"), file("3", "/moved", "r2", "h2")}),
        (Lines{"UPDATED /moved", "(waits)"})
    );
    EXPECT_EQ(bench_.drainAfterWindow(), Lines{"DELETED /2"});
}

TEST_F(SkipDerivation, ABaselineThatIsReportedIsNotWhenItIsSkipped) {
    bench_.reports_baseline = true;

    EXPECT_EQ(skip({file("1", "/1"), file("2", "/2")}), Lines());

    EXPECT_EQ(bench_.drain({file("1", "/1", "r2", "h2")}), Lines{"UPDATED /1"});
}

TEST_F(SkipDerivation, GoesOnAfterACrashAndALostCursor) {
    bench_.baseline({file("1", "/1"), file("2", "/2")});
    bench_.position().beginListing(SyncPhase::Skip);
    EXPECT_EQ(bench_.page({file("1", "/1", "r2", "h2")}), Lines());
    bench_.crash();

    EXPECT_EQ(bench_.resync({{file("1", "/1", "r3", "h3"), file("3", "/3")}}), Lines())
        << "a skip that is listed again is still a skip";

    EXPECT_EQ(bench_.position().phase, SyncPhase::Live);
    EXPECT_EQ(bench_.drain({file("2", "/2")}), Lines{"CREATED /2"});
}

}  // namespace
}  // namespace ferry::test
