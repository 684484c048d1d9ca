// Goal: a removed instance leaves nothing behind and takes nothing of others, in every driver.
// Method: two instances with a row of every kind; one of them goes.

#include "contract/store_contract.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class InstanceRemovalContract : public StoreContract {};
FERRY_CONTRACT(InstanceRemovalContract);

TEST_P(InstanceRemovalContract, RemovesAnInstanceWithAllThatIsIts) {
    const InstanceId gone = add("gone");
    const InstanceId stays = add("stays");
    for (const InstanceId id : {gone, stays}) {
        store::SyncCommit commit_of = aCommit(id, 45);
        commit_of.callback = callback('c');
        commit_of.position.cursor = "cursor";
        commit_of.index_puts = {anEntry("id:1", "/a")};
        commit_of.lost_puts = {aLostObject("id:2", "/b")};
        commit_of.folder_move_puts = {{"id:3", "e", "/c", "/d"}};
        commit_of.tombstone_puts = {anEntry("id:4", "/e").object};
        EXPECT_OK(commit(commit_of));
        EXPECT_OK(store().tokens().put(id, {"sealed", at(1)}));
    }
    const InstanceId ids[] = {gone, InstanceId(999)};

    EXPECT_OK(store().instances().remove(ids));
    reopen();

    for (const InstanceId id : {gone, stays}) {
        const bool is_there = id == stays;
        const std::vector<std::string> objects = {"id:1", "id:2", "id:4"};
        EXPECT_EQ(valueOf(store().instances().find(id)).has_value(), is_there);
        EXPECT_EQ(valueOf(store().tokens().get(id)).has_value(), is_there);
        EXPECT_EQ(valueOf(store().sync().position(id)).cursor, is_there ? "cursor" : "");
        EXPECT_EQ(valueOf(store().sync().entriesById(id, objects))[0].has_value(), is_there);
        EXPECT_EQ(valueOf(store().sync().lostById(id, objects))[1].has_value(), is_there);
        EXPECT_EQ(valueOf(store().sync().hasTombstones(id, objects))[2], is_there);
        EXPECT_THAT(valueOf(store().sync().folderMoves(id)), SizeIs(is_there ? 1 : 0));
        EXPECT_EQ(valueOf(store().events().count(id)), is_there ? 45 : 0);
        EXPECT_THAT(valueOf(store().deliveries().page(id, {}, 9)), SizeIs(is_there ? 3 : 0));
    }
    EXPECT_THAT(leaseNotices(at(0)), SizeIs(1));
    EXPECT_THAT(leaseDeliveries(at(0)), SizeIs(3));
    EXPECT_TRUE(add("gone"));
}

TEST_P(InstanceRemovalContract, RemovesAnInstanceThatIsLarge) {
    const InstanceId id = add("large");
    store::SyncCommit commit_of = aCommit(id, 5'000);
    commit_of.callback = callback('c');
    for (int i = 0; i < 5'000; ++i)
        commit_of.index_puts.push_back(anEntry(fmt::format("id:{}", i), fmt::format("/{}", i)));
    EXPECT_OK(commit(commit_of));

    EXPECT_OK(store().instances().remove(std::span(&id, 1)));

    EXPECT_EQ(valueOf(store().events().count({})), 0);
    EXPECT_THAT(valueOf(store().sync().entriesBelow(id, "", "", 1)), IsEmpty());
    EXPECT_EQ(valueOf(store().deliveries().nextDue(1)), std::nullopt);
}

}  // namespace
}  // namespace ferry::test
