// Goal: each thing that happens at a provider gives exactly one event of the right type.
// Method: pages of changes, as providers word them, against a real store; the events as lines.

#include "change_derivation_fixture.h"

namespace ferry::test {
namespace {

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

}  // namespace
}  // namespace ferry::test
