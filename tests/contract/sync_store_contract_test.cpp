// Goal: SyncStore's reads keep what the interface says, in every driver.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using store::IndexEntry;
using store::storageKey;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SyncStoreContract : public StoreContract {
  protected:
    store::SyncStore& sync() { return store().sync(); }
    void putEntries(InstanceId id, std::vector<IndexEntry> entries) {
        store::SyncCommit one = aCommit(id);
        one.index_puts = std::move(entries);
        EXPECT_OK(commit(one));
    }
    std::vector<std::string> below(
        InstanceId id, std::string_view path, std::string_view after = "", std::size_t limit = 100
    ) {
        std::vector<std::string> keys;
        for (const IndexEntry& entry : valueOf(sync().entriesBelow(id, path, after, limit)))
            keys.push_back(entry.object.path_key);
        return keys;
    }
};
FERRY_CONTRACT(SyncStoreContract);

TEST_P(SyncStoreContract, KeepsThePositionAndGivesAFreshOne) {
    const InstanceId id = add("a");
    const SyncPosition fresh = valueOf(sync().position(id));
    EXPECT_EQ(fresh.phase, SyncPhase::Baseline);
    EXPECT_EQ(fresh.cursor, "");
    EXPECT_EQ(fresh.generation, 1U);

    store::SyncCommit one = aCommit(id);
    one.position = {SyncPhase::Resync, "cursor", 7, 8'000'000'000, 3, 99};
    EXPECT_OK(commit(one));
    reopen();

    const SyncPosition got = valueOf(sync().position(id));
    EXPECT_EQ(got.phase, SyncPhase::Resync);
    EXPECT_EQ(got.cursor, "cursor");
    EXPECT_EQ(got.generation, 7U);
    EXPECT_EQ(got.event_sequence, 8'000'000'000U);
    EXPECT_EQ(got.window_round, 3U);
    EXPECT_EQ(got.window_until_ms, 99);
}

TEST_P(SyncStoreContract, FindsEntriesInTheOrderAsked) {
    const InstanceId id = add("a");
    const InstanceId other = add("b");
    const IndexEntry one = anEntry("id:1", "/a");
    const IndexEntry two = anEntry("id:2", "/b", 9);
    const IndexEntry pathless = anEntry("id:3", "");
    putEntries(id, {one, two, pathless});
    putEntries(other, {anEntry("id:9", "/a")});

    const std::vector<std::string> keys = {"/b", "/none", "/a", storageKey(pathless.object)};
    const auto by_key = valueOf(sync().placesAt(id, keys));
    const std::vector<std::string> ids = {"id:3", "id:9", "id:2"};
    const auto by_id = valueOf(sync().entriesById(id, ids));

    ASSERT_THAT(by_key, SizeIs(4));
    EXPECT_EQ(by_key[0].entry.value().object, two.object);
    EXPECT_EQ(by_key[0].entry.value().generation, 9U);
    EXPECT_FALSE(by_key[1].entry);
    EXPECT_EQ(by_key[2].entry.value().object, one.object);
    EXPECT_EQ(by_key[3].entry.value().object, pathless.object);
    ASSERT_THAT(by_id, SizeIs(3));
    EXPECT_EQ(by_id[0].value().object, pathless.object);
    EXPECT_FALSE(by_id[1]);
    EXPECT_EQ(by_id[2].value().object, two.object);
}

TEST_P(SyncStoreContract, OverwritesByStorageKey) {
    const InstanceId id = add("a");
    putEntries(id, {anEntry("id:1", "/a")});
    putEntries(id, {anEntry("id:2", "/a")});

    const std::vector<std::string> ids = {"id:1", "id:2"};
    const auto found = valueOf(sync().entriesById(id, ids));

    EXPECT_FALSE(found[0]);
    EXPECT_TRUE(found[1]);
}

TEST_P(SyncStoreContract, AnObjectHasOnePlace) {
    const InstanceId id = add("a");
    putEntries(id, {anEntry("id:1", "/a")});
    putEntries(id, {anEntry("id:1", "/moved")});

    EXPECT_THAT(below(id, ""), ElementsAre("/moved"));
}

TEST_P(SyncStoreContract, AppliesRemovalsBeforePuts) {
    const InstanceId id = add("a");
    putEntries(id, {anEntry("id:1", "/a"), anEntry("id:2", "/b")});

    store::SyncCommit swap = aCommit(id);
    swap.index_removals = {"/a", "/b", "/unknown"};
    swap.index_puts = {anEntry("id:1", "/b")};
    EXPECT_OK(commit(swap));

    EXPECT_THAT(below(id, ""), ElementsAre("/b"));
}

TEST_P(SyncStoreContract, GivesWhatIsBelowAFolderAndNothingElse) {
    const InstanceId id = add("a");
    putEntries(
        id,
        {anEntry("1", "/a"),
         anEntry("2", "/a/x"),
         anEntry("3", "/a/x/y"),
         anEntry("4", "/a b"),
         anEntry("5", "/a0"),
         anEntry("6", "/a.txt"),
         anEntry("7", "/b/a/z"),
         anEntry("8", ""),
         anEntry("9", "/a/\xc3\xa4")}
    );
    putEntries(add("other"), {anEntry("1", "/a/other")});

    EXPECT_THAT(below(id, "/a"), ElementsAre("/a/x", "/a/x/y", "/a/\xc3\xa4"));
    EXPECT_THAT(below(id, "/a/x"), ElementsAre("/a/x/y"));
    EXPECT_THAT(below(id, "/none"), IsEmpty());
    EXPECT_THAT(below(id, ""), SizeIs(8)) << "every entry with a path";
}

TEST_P(SyncStoreContract, SaysOfFreePlacesWhetherSomethingIsBelow) {
    const InstanceId id = add("a");
    // Names that stand between a folder's path and what is in it.
    putEntries(
        id,
        {anEntry("1", "/a b"),
         anEntry("2", "/a.txt"),
         anEntry("3", "/a/x"),
         anEntry("4", "/b.txt"),
         anEntry("5", "/c/x"),
         anEntry("6", "/d0")}
    );
    putEntries(add("other"), {anEntry("1", "/e/x")});

    const std::vector<std::string> keys{"/a", "/b", "/c", "/d", "/e", "/a/x", "/a/"};
    const auto places = valueOf(sync().placesAt(id, keys));

    std::vector<bool> below;
    for (const store::IndexPlace& place : places)
        below.push_back(place.has_below);
    EXPECT_THAT(below, ElementsAre(true, false, true, false, false, false, false));
    EXPECT_TRUE(places[5].entry);
}

TEST_P(SyncStoreContract, PagesBelowAFolderByKey) {
    const InstanceId id = add("a");
    putEntries(id, {anEntry("1", "/f/a"), anEntry("2", "/f/b"), anEntry("3", "/f/c")});

    EXPECT_THAT(below(id, "/f", "", 2), ElementsAre("/f/a", "/f/b"));
    EXPECT_THAT(below(id, "/f", "/f/b", 2), ElementsAre("/f/c"));
    EXPECT_THAT(below(id, "/f", "/f/c", 2), IsEmpty());
    EXPECT_THAT(below(id, "/f", "/a", 1), ElementsAre("/f/a"));
}

TEST_P(SyncStoreContract, GivesEntriesOfOlderGenerationsByKey) {
    const InstanceId id = add("a");
    putEntries(
        id,
        {anEntry("1", "/a", 1),
         anEntry("2", "/b", 2),
         anEntry("3", "/c", 1),
         anEntry("4", "", 1),
         anEntry("5", "/d", 3)}
    );

    const auto first = valueOf(sync().entriesOlderThan(id, 2, "", 2));
    ASSERT_THAT(first, SizeIs(2));
    EXPECT_EQ(first[0].object.object_id, "4") << "made-up keys come first";
    EXPECT_EQ(first[1].object.object_id, "1");
    const auto rest = valueOf(sync().entriesOlderThan(id, 2, storageKey(first[1].object), 9));
    ASSERT_THAT(rest, SizeIs(1));
    EXPECT_EQ(rest[0].object.object_id, "3");
}

TEST_P(SyncStoreContract, KeepsLostObjectsInOrderOfPaths) {
    const InstanceId id = add("a");
    store::SyncCommit one = aCommit(id);
    one.lost_puts = {
        aLostObject("child", "/f/x"), aLostObject("folder", "/f"), aLostObject("later", "/z")};
    EXPECT_OK(commit(one));

    const auto lost = valueOf(sync().lost(id, 2));
    ASSERT_THAT(lost, SizeIs(2));
    EXPECT_EQ(lost[0].object.object_id, "folder");
    EXPECT_EQ(lost[1].object, aLostObject("child", "/f/x").object);
    EXPECT_EQ(lost[1].event_id, "event-id");
    EXPECT_EQ(lost[1].cascade_of, "cascade-id");
    EXPECT_EQ(lost[1].raw, "{\"raw\":1}");
    EXPECT_EQ(lost[1].lost_at_ms, 99);

    EXPECT_THAT(valueOf(sync().lostUnder(id, "/f")), SizeIs(2));
    EXPECT_THAT(valueOf(sync().lostUnder(id, "/f/x")), SizeIs(1));
    EXPECT_THAT(valueOf(sync().lostUnder(id, "/f/x/y")), IsEmpty());
    EXPECT_THAT(valueOf(sync().lostUnder(id, "/")), IsEmpty());

    store::SyncCommit two = aCommit(id);
    two.lost_removals = {"child", "unknown"};
    EXPECT_OK(commit(two));
    const std::vector<std::string> ids = {"later", "child", "folder"};
    const auto found = valueOf(sync().lostById(id, ids));
    EXPECT_TRUE(found[0] && !found[1] && found[2]);
}

TEST_P(SyncStoreContract, ClearsFolderMovesBeforePuttingNewOnes) {
    const InstanceId id = add("a");
    store::SyncCommit one = aCommit(id);
    one.folder_move_puts = {{"f1", "e1", "/a", "/b"}};
    EXPECT_OK(commit(one));
    store::SyncCommit two = aCommit(id);
    two.clears_folder_moves = true;
    two.folder_move_puts = {{"f2", "e2", "/c", "/d", "e0"}};
    EXPECT_OK(commit(two));

    const auto moves = valueOf(sync().folderMoves(id));

    ASSERT_THAT(moves, SizeIs(1));
    EXPECT_EQ(moves[0].object_id, "f2");
    EXPECT_EQ(moves[0].event_id, "e2");
    EXPECT_EQ(moves[0].from_key, "/c");
    EXPECT_EQ(moves[0].to_key, "/d");
    EXPECT_EQ(moves[0].cascade_of, "e0");
}

TEST_P(SyncStoreContract, KeepsTombstonesUntilTheyAreOld) {
    const InstanceId id = add("a");
    for (int i = 0; i < 3; ++i) {
        store::SyncCommit one = aCommit(id);
        one.now = at(i * 100);
        one.tombstone_puts = {anEntry(fmt::format("id:{}", i), "/a").object};
        EXPECT_OK(commit(one));
    }
    store::SyncCommit back = aCommit(id);
    back.tombstone_removals = {"id:2"};
    EXPECT_OK(commit(back));
    const std::vector<std::string> ids = {"id:2", "id:1", "id:none", "id:0"};

    EXPECT_THAT(valueOf(sync().hasTombstones(id, ids)), ElementsAre(false, true, false, true));
    EXPECT_EQ(valueOf(sync().pruneTombstones(at(100), 10)), 1U);
    EXPECT_THAT(valueOf(sync().hasTombstones(id, ids)), ElementsAre(false, true, false, false));
    EXPECT_EQ(valueOf(sync().pruneTombstones(at(101), 0)), 0U);
    EXPECT_EQ(valueOf(sync().pruneTombstones(at(101), 1)), 1U);
}

TEST_P(SyncStoreContract, ResetForgetsAllButTheEventSequence) {
    const InstanceId id = add("a");
    store::SyncCommit one = aCommit(id);
    one.position = {SyncPhase::Live, "cursor", 7, 42, 3, 99};
    one.index_puts = {anEntry("id:1", "/a")};
    one.lost_puts = {aLostObject("id:2", "/b")};
    one.folder_move_puts = {{"f1", "e1", "/a", "/b"}};
    EXPECT_OK(commit(one));

    EXPECT_OK(sync().reset(id));

    const SyncPosition got = valueOf(sync().position(id));
    EXPECT_EQ(got.phase, SyncPhase::Baseline);
    EXPECT_EQ(got.cursor, "");
    EXPECT_EQ(got.generation, 1U);
    EXPECT_EQ(got.window_round, 0U);
    EXPECT_EQ(got.window_until_ms, 0);
    EXPECT_EQ(got.event_sequence, 42U);
    EXPECT_THAT(below(id, ""), IsEmpty());
    EXPECT_THAT(valueOf(sync().lost(id, 9)), IsEmpty());
    EXPECT_THAT(valueOf(sync().folderMoves(id)), IsEmpty());
}

}  // namespace
}  // namespace ferry::test
