// Goal: an object that takes the place of another, a folder that of a file among them, is told as
// what it is, whichever of them the provider names.
// Method: pages of changes, as providers word them, against a real store; the events as lines.

#include "change_derivation_fixture.h"

namespace ferry::test {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Places,
    ChangeDerivation,
    ::testing::Values(
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

}  // namespace
}  // namespace ferry::test
