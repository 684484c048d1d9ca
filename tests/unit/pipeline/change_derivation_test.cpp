// Goal: each thing that happens at a provider gives exactly one event of the right type.
// Method: pages of changes, as providers word them, against a real store; the events as lines.

#include "support/derivation_bench.h"

#include <gtest/gtest.h>

#include <set>

namespace ferry::test {
namespace {

struct Case {
    const char* name;
    Page baseline;
    std::vector<Page> pages;
    Lines now;           ///< events of the drain
    Lines after_window;  ///< events once the move window has passed
    Page truth{};        ///< what is there by then, should the hub ask
};

class ChangeDerivation : public ::testing::TestWithParam<Case> {};

TEST_P(ChangeDerivation, GivesTheEventsThatTheChangesMean) {
    DerivationBench bench;
    bench.baseline(GetParam().baseline);
    bench.truth = GetParam().truth;

    EXPECT_EQ(bench.drain(GetParam().pages), GetParam().now);
    EXPECT_EQ(bench.drainAfterWindow(), GetParam().after_window);
    EXPECT_EQ(bench.drainAfterWindow(), Lines());
}

TEST_P(ChangeDerivation, GivesTheSameAheadOfTheCommitBefore) {
    DerivationBench bench;
    bench.derives_ahead = true;
    bench.baseline(GetParam().baseline);
    bench.truth = GetParam().truth;

    EXPECT_EQ(bench.drain(GetParam().pages), GetParam().now);
    EXPECT_EQ(bench.drainAfterWindow(), GetParam().after_window);
    EXPECT_EQ(bench.drainAfterWindow(), Lines());
}

std::string caseName(const ::testing::TestParamInfo<Case>& tested) { return tested.param.name; }

Page treeAt(const std::string& top) {
    return {
        folder("F", top),
        folder("G", top + "/sub"),
        file("1", top + "/1"),
        file("2", top + "/sub/2")};
}

const Page kTree = treeAt("/a");

INSTANTIATE_TEST_SUITE_P(
    Files,
    ChangeDerivation,
    ::testing::Values(
        Case{"NewFile", {}, {{file("1", "/x")}}, {"CREATED /x"}, {}},
        Case{"NewVersion", {file("1", "/x")}, {{file("1", "/x", "r2", "h2")}}, {"UPDATED /x"}, {}},
        Case{"SameVersionAgain", {file("1", "/x")}, {{file("1", "/x")}}, {}, {}},
        Case{"PageSeenTwice", {}, {{file("1", "/x")}, {file("1", "/x")}}, {"CREATED /x"}, {}},
        Case{"Gone", {file("1", "/x")}, {{removed("/x")}}, {"(waits)"}, {"DELETED /x"}},
        Case{"UnknownPathGone", {}, {{removed("/x")}}, {}, {}},
        Case{"EmptyPages", {}, {{}, {}, {file("1", "/x")}, {}}, {"CREATED /x"}, {}},
        Case{
            "CreatedAndGoneInOneDrain",
            {},
            {{file("1", "/x"), removed("/x")}},
            {"CREATED /x", "(waits)"},
            {"DELETED /x"}},
        Case{
            "ReplacedByAnotherId",
            {file("1", "/x")},
            {{file("2", "/x")}},
            {"CREATED /x", "(waits)"},
            {"DELETED /x"}},
        Case{"GoneAndBackUnchanged", {file("1", "/x")}, {{removed("/x"), file("1", "/x")}}, {}, {}},
        Case{
            "GoneAndBackNewer",
            {file("1", "/x")},
            {{removed("/x"), file("1", "/x", "r2", "h2")}},
            {"UPDATED /x"},
            {}}
    ),
    caseName
);

INSTANTIATE_TEST_SUITE_P(
    Moves,
    ChangeDerivation,
    ::testing::Values(
        Case{
            "OldHalfFirst",
            {file("1", "/x")},
            {{removed("/x"), file("1", "/y")}},
            {"MOVED /y (was /x)"},
            {}},
        Case{
            "NewHalfFirst",
            {file("1", "/x")},
            {{file("1", "/y"), removed("/x")}},
            {"MOVED /y (was /x)"},
            {}},
        Case{
            "HalvesOnTwoPages",
            {file("1", "/x")},
            {{removed("/x")}, {file("1", "/y")}},
            {"MOVED /y (was /x)"},
            {}},
        Case{
            "NewHalvesOnTwoPages",
            {file("1", "/x")},
            {{file("1", "/y")}, {removed("/x")}},
            {"MOVED /y (was /x)"},
            {}},
        Case{
            "MovedAndChanged",
            {file("1", "/x")},
            {{removed("/x"), file("1", "/y", "r2", "h2")}},
            {"MOVED /y (was /x)", "UPDATED /y"},
            {}},
        Case{
            "MovedWithNewRevisionOnly",
            {file("1", "/x")},
            {{removed("/x"), file("1", "/y", "r2")}},
            {"MOVED /y (was /x)"},
            {}},
        Case{
            "TwoFilesSwapPlaces",
            {file("1", "/x"), file("2", "/y")},
            {{file("1", "/y"), file("2", "/x")}},
            {"MOVED /y (was /x)", "MOVED /x (was /y)"},
            {}},
        Case{
            "MovedThereAndBack",
            {file("1", "/x")},
            {{removed("/x"), file("1", "/y"), removed("/y"), file("1", "/x")}},
            {"MOVED /y (was /x)", "MOVED /x (was /y)"},
            {}}
    ),
    caseName
);

INSTANTIATE_TEST_SUITE_P(
    Folders,
    ChangeDerivation,
    ::testing::Values(
        Case{
            "DeletedWithTopEntryOnly",
            kTree,
            {{removed("/a")}},
            {"(waits)"},
            {"DELETED /a",
             "DELETED /a/1 cascade",
             "DELETED /a/sub cascade",
             "DELETED /a/sub/2 cascade"}},
        Case{
            "DeletedWithEveryEntry",
            kTree,
            {{removed("/a/sub/2"), removed("/a/sub"), removed("/a/1"), removed("/a")}},
            {"(waits)"},
            {"DELETED /a", "DELETED /a/1", "DELETED /a/sub", "DELETED /a/sub/2"}},
        Case{
            "MovedWithoutChildEntries",
            kTree,
            {{removed("/a"), folder("F", "/b")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"(lists)",
             "MOVED /b/sub (was /a/sub) cascade resync",
             "MOVED /b/1 (was /a/1) cascade resync",
             "MOVED /b/sub/2 (was /a/sub/2) cascade resync"},
            treeAt("/b")},
        Case{
            "MovedWithoutChildEntriesNewHalfFirst",
            kTree,
            {{folder("F", "/b"), removed("/a")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"(lists)",
             "MOVED /b/sub (was /a/sub) cascade resync",
             "MOVED /b/1 (was /a/1) cascade resync",
             "MOVED /b/sub/2 (was /a/sub/2) cascade resync"},
            treeAt("/b")},
        Case{
            "MovedAfterAllInItWasDeleted",
            kTree,
            {{removed("/a/1"), removed("/a/sub"), removed("/a"), folder("F", "/b")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"DELETED /a/1", "DELETED /a/sub", "DELETED /a/sub/2 cascade"}},
        Case{
            "FolderInARemovedOneMovedOutWithoutChildEntries",
            kTree,
            {{removed("/a"), folder("G", "/c")}},
            {"MOVED /c (was /a/sub)", "(waits)"},
            {"DELETED /a",
             "DELETED /a/1 cascade",
             "(lists)",
             "MOVED /c/2 (was /a/sub/2) cascade resync"},
            {folder("G", "/c"), file("2", "/c/2")}},
        Case{
            "MovedWithoutChildEntriesThenDeleted",
            kTree,
            {{removed("/a"), folder("F", "/b")}, {removed("/b")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"DELETED /a/1 cascade",
             "DELETED /a/sub cascade",
             "DELETED /a/sub/2 cascade",
             "DELETED /b"}},
        Case{
            "MovedWithoutChildEntriesThenOneOfThemDeleted",
            kTree,
            {{folder("F", "/b")}, {removed("/b/1")}, {removed("/a")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"DELETED /a/1",
             "(lists)",
             "MOVED /b/sub (was /a/sub) cascade resync",
             "MOVED /b/sub/2 (was /a/sub/2) cascade resync"},
            {folder("F", "/b"), folder("G", "/b/sub"), file("2", "/b/sub/2")}},
        Case{
            "MovedWithoutChildEntriesThenAFolderInItDeleted",
            kTree,
            {{removed("/a"), folder("F", "/b")}, {removed("/b/sub")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"(lists)",
             "MOVED /b/1 (was /a/1) cascade resync",
             "DELETED /a/sub resync",
             "DELETED /a/sub/2 cascade resync"},
            {folder("F", "/b"), file("1", "/b/1")}},
        Case{
            "MovedTwiceWithoutChildEntries",
            kTree,
            {{removed("/a"), folder("F", "/b")}, {removed("/b"), folder("F", "/c")}},
            {"MOVED /b (was /a)", "MOVED /c (was /b)", "(waits)"},
            {"(lists)",
             "MOVED /c/sub (was /a/sub) cascade resync",
             "MOVED /c/1 (was /a/1) cascade resync",
             "MOVED /c/sub/2 (was /a/sub/2) cascade resync"},
            treeAt("/c")},
        Case{
            "MovedWithoutAnyRemoval",
            kTree,
            {{folder("F", "/b")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"(lists)",
             "MOVED /b/sub (was /a/sub) cascade resync",
             "MOVED /b/1 (was /a/1) cascade resync",
             "MOVED /b/sub/2 (was /a/sub/2) cascade resync"},
            treeAt("/b")},
        Case{
            "MovedWithChildEntries",
            kTree,
            {{removed("/a"),
              folder("F", "/b"),
              folder("G", "/b/sub"),
              file("1", "/b/1"),
              file("2", "/b/sub/2")}},
            {"MOVED /b (was /a)",
             "MOVED /b/sub (was /a/sub) cascade",
             "MOVED /b/1 (was /a/1) cascade",
             "MOVED /b/sub/2 (was /a/sub/2) cascade"},
            {}},
        Case{
            "MovedWithChildEntriesAfterwardsRemoved",
            kTree,
            {{folder("F", "/b"), folder("G", "/b/sub"), file("1", "/b/1"), file("2", "/b/sub/2")},
             {removed("/a")}},
            {"MOVED /b (was /a)",
             "MOVED /b/sub (was /a/sub) cascade",
             "MOVED /b/1 (was /a/1) cascade",
             "MOVED /b/sub/2 (was /a/sub/2) cascade"},
            {}},
        Case{
            "MovedAndOneChildDeleted",
            kTree,
            {{removed("/a"), folder("F", "/b"), folder("G", "/b/sub"), file("2", "/b/sub/2")}},
            {"MOVED /b (was /a)",
             "MOVED /b/sub (was /a/sub) cascade",
             "MOVED /b/sub/2 (was /a/sub/2) cascade",
             "(waits)"},
            {"(lists)", "DELETED /a/1 cascade resync"},
            {folder("F", "/b"), folder("G", "/b/sub"), file("2", "/b/sub/2")}},
        Case{
            "MovedAndOneChildDeletedAtTheNewPlace",
            kTree,
            {{removed("/a"),
              folder("F", "/b"),
              folder("G", "/b/sub"),
              removed("/b/1"),
              file("2", "/b/sub/2")}},
            {"MOVED /b (was /a)",
             "MOVED /b/sub (was /a/sub) cascade",
             "MOVED /b/sub/2 (was /a/sub/2) cascade",
             "(waits)"},
            {"DELETED /a/1"}},
        Case{
            "MovedWithoutChildEntriesAndOneOfThemChanged",
            kTree,
            {{removed("/a"), folder("F", "/b")}, {file("1", "/b/1", "r2", "h2")}},
            {"MOVED /b (was /a)", "MOVED /b/1 (was /a/1) cascade", "UPDATED /b/1", "(waits)"},
            {"(lists)",
             "MOVED /b/sub (was /a/sub) cascade resync",
             "MOVED /b/sub/2 (was /a/sub/2) cascade resync"},
            {folder("F", "/b"),
             folder("G", "/b/sub"),
             file("1", "/b/1", "r2", "h2"),
             file("2", "/b/sub/2")}},
        Case{
            "MovedAndAChildThatWasDeletedIsNamedBeforeTheFolder",
            {folder("F", "/a"), file("1", "/a/1")},
            {{removed("/b/1"), removed("/a"), folder("F", "/b")}},
            {"MOVED /b (was /a)", "(waits)"},
            {"(lists)", "DELETED /a/1 cascade resync"},
            {folder("F", "/b")}},
        Case{
            "AnotherFolderTakesThePlaceOfAMovedOne",
            kTree,
            {{folder("F", "/b"),
              folder("H", "/a"),
              file("3", "/a/1"),
              folder("G", "/b/sub"),
              file("1", "/b/1"),
              file("2", "/b/sub/2")}},
            {"MOVED /b (was /a)",
             "CREATED /a",
             "CREATED /a/1",
             "MOVED /b/sub (was /a/sub) cascade",
             "MOVED /b/1 (was /a/1) cascade",
             "MOVED /b/sub/2 (was /a/sub/2) cascade"},
            {}},
        Case{
            "SomethingNewIsInAMovedFoldersPlaceThatTheProviderLeavesOut",
            {folder("F", "/a"), file("1", "/a/1")},
            {{folder("F", "/b"), file("1", "/b/1"), file("3", "/a/3")}},
            {"MOVED /b (was /a)", "MOVED /b/1 (was /a/1) cascade", "CREATED /a/3"},
            {}},
        Case{
            "AFolderLeavesTheFolderThatTookItAlong",
            kTree,
            {{removed("/a"), folder("F", "/c"), removed("/c/sub"), folder("G", "/d"), file("1", "/c/1")}},
            {"MOVED /c (was /a)", "MOVED /d (was /a/sub)", "MOVED /c/1 (was /a/1) cascade", "(waits)"},
            {"(lists)", "MOVED /d/2 (was /a/sub/2) cascade resync"},
            {folder("F", "/c"), file("1", "/c/1"), folder("G", "/d"), file("2", "/d/2")}},
        Case{
            "TwoFoldersLeaveOnePlace",
            {folder("F", "/a"), file("1", "/a/1")},
            {{removed("/a"), folder("F", "/b")}, {folder("H", "/a")}, {removed("/a"), folder("H", "/c")}},
            {"MOVED /b (was /a)", "CREATED /a", "MOVED /c (was /a)", "(waits)"},
            {"(lists)", "MOVED /b/1 (was /a/1) resync"},
            {folder("F", "/b"), file("1", "/b/1"), folder("H", "/c")}},
        Case{
            "AnotherFolderTakesThePlaceFirst",
            {folder("F", "/a"), file("1", "/a/1")},
            {{folder("H", "/a"), folder("F", "/b")}},
            {"CREATED /a", "MOVED /b (was /a)", "(waits)"},
            {"(lists)", "MOVED /b/1 (was /a/1) cascade resync"},
            {folder("H", "/a"), folder("F", "/b"), file("1", "/b/1")}},
        Case{
            "FolderLeavesAndComesBackWithoutChildEntries",
            kTree,
            {{removed("/a"), folder("F", "/a")}},
            {"(waits)"},
            {"(lists)"},
            kTree},
        Case{
            "FolderLeavesAndComesBackWithOneChildLess",
            kTree,
            {{removed("/a"), folder("F", "/a"), folder("G", "/a/sub"), file("2", "/a/sub/2")}},
            {"(waits)"},
            {"(lists)", "DELETED /a/1 resync"},
            {folder("F", "/a"), folder("G", "/a/sub"), file("2", "/a/sub/2")}},
        Case{
            "FileReplacesFolder",
            kTree,
            {{file("9", "/a")}},
            {"CREATED /a", "(waits)"},
            {"DELETED /a",
             "DELETED /a/1 cascade",
             "DELETED /a/sub cascade",
             "DELETED /a/sub/2 cascade"}},
        Case{
            "FileReplacesFolderThatTheProviderLeftOut",
            {},
            {{file("1", "/a/1"), file("9", "/a")}},
            {"CREATED /a/1", "CREATED /a", "(waits)"},
            {"DELETED /a/1"}},
        Case{
            "FileReplacesFolderThatTheProviderLeftOutOnALaterPage",
            {},
            {{file("1", "/a/1"), file("2", "/a/b/2")}, {file("9", "/a")}},
            {"CREATED /a/1", "CREATED /a/b/2", "CREATED /a", "(waits)"},
            {"DELETED /a/1", "DELETED /a/b/2"}},
        Case{
            "FileReplacesAFolderFarAboveAFileOfThePageBefore",
            {},
            {{file("1", "/a/b/c")}, {file("2", "/a")}},
            {"CREATED /a/b/c", "CREATED /a", "(waits)"},
            {"DELETED /a/b/c"}},
        Case{
            "AFileMovesIntoTheFolderThatTookItsPlace",
            {file("1", "/a")},
            {{file("1", "/a/1")}},
            {"MOVED /a/1 (was /a)"},
            {}},
        Case{
            "AFileBelowAFile",
            {file("1", "/a")},
            {{file("2", "/a/2")}},
            {"CREATED /a/2", "(waits)"},
            {"DELETED /a"}},
        Case{
            "AFolderThatTheProviderLeftOutReplacesAFileAndAFileReplacesIt",
            {file("1", "/a")},
            {{file("2", "/a/2")}, {file("3", "/a")}},
            {"CREATED /a/2", "CREATED /a", "(waits)"},
            {"DELETED /a", "DELETED /a/2"}},
        Case{
            "AFileIsThereAgainAfterAFolderThatTheProviderLeftOut",
            {file("1", "/a")},
            {{file("2", "/a/b/2"), file("1", "/a")}},
            {"CREATED /a/b/2", "(waits)"},
            {"DELETED /a/b/2"}},
        Case{
            "ThreePagesAboutTheSameFile",
            {},
            {{file("1", "/a")}, {file("1", "/a", "r2", "h2")}, {file("1", "/b", "r3", "h2")}},
            {"CREATED /a", "UPDATED /a", "MOVED /b (was /a)"},
            {}},
        Case{
            "AnotherFileTakesThePlaceOnTheNextPage",
            {},
            {{file("1", "/a")}, {file("2", "/a")}, {file("1", "/c")}},
            {"CREATED /a", "CREATED /a", "MOVED /c (was /a)"},
            {}},
        Case{
            "FolderReplacesFileAndBack",
            {file("1", "/x")},
            {{folder("F", "/x"), file("3", "/x/3")}, {file("1", "/x")}},
            {"CREATED /x", "CREATED /x/3", "(waits)"},
            {"DELETED /x", "DELETED /x/3 cascade"}},
        Case{
            "ChildBeforeParent",
            {},
            {{file("1", "/a/1"), folder("F", "/a")}},
            {"CREATED /a/1", "CREATED /a"},
            {}},
        Case{
            "SharingIsDeleteAndCreate",
            kTree,
            {{removed("/a"),
              folder("F", "/a"),
              folder("G", "/a/sub"),
              file("1", "/a/1"),
              file("2", "/a/sub/2")}},
            {},
            {}}
    ),
    caseName
);

TEST(ChangeDerivationAhead, IsForPagesThatTouchNothingOfTheOneBefore) {
    DerivationBench bench;
    bench.baseline({});
    bench.derives_ahead = true;

    bench.drain({
        {file("1", "/a"), file("2", "/b")},
        {file("3", "/c")},           // ahead
        {file("3", "/c", "r2")},     // what the page before wrote
        {file("4", "/d/e/f")},       // a folder that the index does not have: /d may be a file
        {file("5", "/d/e")},         // a folder of the page before
        {file("7", "/a/b")},         // below a file
        {file("8", "/c2")},          // ahead
        {removed("/a")},             // looks below the path
        {file("6", "/x"), file("2", "/y")},  // a move
    });

    EXPECT_EQ(bench.pages_ahead, 2U);
}

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
