// Goal: what one drain left open, another one ends: moves in halves, windows, baselines, resyncs.
// Method: drains one after another against a real store, with crashes and times between them.

#include "change_derivation_fixture.h"

#include <set>

namespace ferry::test {
namespace {

TEST(ChangeDerivationDrains, SecondHalfOfAMoveComesInALaterDrain) {
    DerivationBench bench;
    bench.baseline({file("1", "/x")});

    EXPECT_EQ(bench.drain({removed("/x")}), Lines{"(waits)"});
    bench.crash();
    EXPECT_EQ(bench.drain({file("1", "/y")}), Lines{"MOVED /y (was /x)"});
    EXPECT_EQ(bench.drainAfterWindow(), Lines());
}

TEST(ChangeDerivationDrains, DeletedAndCreatedAgainIsRestored) {
    DerivationBench bench;
    bench.baseline({file("1", "/x")});
    bench.drain({removed("/x")});
    ASSERT_EQ(bench.drainAfterWindow(), Lines{"DELETED /x"});

    EXPECT_EQ(bench.drain({file("1", "/x")}), Lines{"CREATED /x restored"});
    EXPECT_EQ(bench.drain({file("2", "/z")}), Lines{"CREATED /z"});
}

TEST(ChangeDerivationDrains, WhatWentWithAFolderLeavesTheIndex) {
    DerivationBench bench;
    bench.baseline(kTree);
    bench.drain({removed("/a")});
    ASSERT_EQ(bench.drainAfterWindow().size(), 4U);

    EXPECT_EQ(
        bench.drain({folder("H", "/a"), file("9", "/a/1")}), (Lines{"CREATED /a", "CREATED /a/1"})
    );
    EXPECT_EQ(bench.drainAfterWindow(), Lines());
}

TEST(ChangeDerivationDrains, SecondHalfOfAFolderMoveComesInALaterDrain) {
    DerivationBench bench;
    bench.baseline({folder("F", "/a"), file("1", "/a/1")});

    EXPECT_EQ(bench.drain({removed("/a")}), Lines{"(waits)"});
    bench.crash();
    EXPECT_EQ(
        bench.drain({folder("F", "/b"), file("1", "/b/1")}),
        (Lines{"MOVED /b (was /a)", "MOVED /b/1 (was /a/1) cascade"})
    );
    EXPECT_EQ(bench.drainAfterWindow(), Lines());
}

TEST(ChangeDerivationDrains, AWindowIsExtendedAtMostThreeTimes) {
    DerivationBench bench;
    bench.baseline({file("1", "/x")});
    bench.drain({removed("/x")});

    int waits = 1;
    for (int i = 0; i < 10; ++i) {
        bench.clock().advance(Milliseconds(2'000));
        const Lines lines = bench.drain({file("n" + std::to_string(i), "/n" + std::to_string(i))});
        if (lines.back() != "(waits)") {
            EXPECT_EQ(lines.back(), "DELETED /x");
            break;
        }
        ++waits;
    }
    EXPECT_EQ(waits, 3);
}

TEST(ChangeDerivationDrains, AWindowEndsAlsoWhenTheClockIsSetBack) {
    DerivationBench bench;
    bench.baseline({file("1", "/x")});
    EXPECT_EQ(bench.drain({removed("/x")}), Lines{"(waits)"});

    bench.clock().advance(Milliseconds(-3'600'000));

    EXPECT_EQ(bench.drain(Page{}), Lines{"(waits)"});
    EXPECT_EQ(bench.drainAfterWindow(), Lines{"DELETED /x"});
}

TEST(ChangeDerivationDrains, BaselineIsSilentAndCanBeReported) {
    DerivationBench bench;
    EXPECT_EQ(bench.drain({folder("F", "/a"), file("1", "/a/1"), removed("/a/1")}), Lines());
    EXPECT_EQ(bench.drain({file("1", "/a/1")}), Lines{"CREATED /a/1"});
}

TEST(ChangeDerivationDrains, AReportedBaselineReportsWhatHappensDuringIt) {
    DerivationBench bench;
    bench.reports_baseline = true;
    EXPECT_EQ(
        bench.drain({
            {file("1", "/a"), file("2", "/b"), file("3", "/c")},
            {removed("/a"), file("2", "/b2"), file("3", "/c", "r2")},
        }),
        (Lines{
            "CREATED /a",
            "CREATED /b",
            "CREATED /c",
            "MOVED /b2 (was /b)",
            "UPDATED /c",
            "DELETED /a"})
    );
    EXPECT_EQ(bench.drain({file("1", "/a")}), Lines{"CREATED /a restored"});
}

TEST(ChangeDerivationDrains, ABaselineThatBeginsAgainForgetsWhatIsGone) {
    for (const bool is_reported : {false, true}) {
        DerivationBench bench;
        bench.reports_baseline = is_reported;
        bench.page({file("1", "/a"), file("2", "/b")});
        ++bench.position().generation;  // the cursor of the first listing is lost

        const Lines lines = bench.drain({file("2", "/b")});

        EXPECT_EQ(lines, is_reported ? Lines{"DELETED /a"} : Lines());
        EXPECT_EQ(bench.drain({file("3", "/a")}), Lines{"CREATED /a"});
    }
}

TEST(ChangeDerivationResync, GivesDifferencesOnly) {
    DerivationBench bench;
    bench.baseline(
        {file("1", "/same"), file("2", "/changed"), file("3", "/moved"), file("4", "/gone")}
    );

    const Lines lines = bench.resync(
        {{file("1", "/same"), file("2", "/changed", "r2", "h2")},
         {file("3", "/there"), file("5", "/new")}}
    );

    EXPECT_EQ(
        lines,
        (Lines{
            "UPDATED /changed resync",
            "MOVED /there (was /moved) resync",
            "CREATED /new resync",
            "DELETED /gone resync"})
    );
    EXPECT_EQ(bench.drainAfterWindow(), Lines());
    EXPECT_EQ(bench.drain({file("4", "/gone")}), Lines{"CREATED /gone restored"});
}

TEST(ChangeDerivationResync, AHalfDoneListingDeletesNothing) {
    DerivationBench bench;
    bench.baseline({file("1", "/a"), file("2", "/b")});
    bench.drain(Page{});

    // The first page of a resync, then a crash, then the rest.
    bench.page({});
    EXPECT_EQ(bench.resync({{file("1", "/a"), file("2", "/b")}}), Lines());
}

TEST(ChangeDerivationSize, ALargeSubtreeIsLostOverSeveralCommits) {
    DerivationBench bench(100);
    Page tree{folder("F", "/a")};
    for (int i = 0; i < 5'000; ++i)
        tree.push_back(file(std::to_string(i), "/a/" + std::to_string(i)));
    bench.baseline(std::move(tree));

    EXPECT_EQ(bench.drain({removed("/a")}), Lines{"(waits)"});
    const Lines gone = bench.drainAfterWindow();

    EXPECT_EQ(gone.size(), 5'001U);
    EXPECT_EQ(std::set<std::string>(gone.begin(), gone.end()).size(), 5'001U);
    EXPECT_EQ(gone.front(), "DELETED /a");
}

TEST(ChangeDerivationIds, AreTwentyUrlSafeCharactersAndDiffer) {
    DerivationBench bench;
    bench.baseline({});
    bench.drain({file("1", "/a"), file("2", "/b")});

    ASSERT_EQ(bench.lastEvents().size(), 2U);
    EXPECT_EQ(bench.lastEvents()[0].id.size(), 20U);
    EXPECT_NE(bench.lastEvents()[0].id, bench.lastEvents()[1].id);
}

TEST(ChangeDerivationIds, CascadesNameTheEventOfTheFolder) {
    DerivationBench bench;
    bench.baseline({folder("F", "/a"), file("1", "/a/1")});
    bench.drain({removed("/a")});
    bench.drainAfterWindow();

    ASSERT_EQ(bench.lastEvents().size(), 2U);
    EXPECT_EQ(bench.lastEvents()[1].cascade_of, bench.lastEvents()[0].id);
}

}  // namespace
}  // namespace ferry::test
