// Goal: InboxStore keeps what its interface says, in every driver.
// Method: changes of several instances, read by number, sent again, pruned and removed.

#include "contract/store_contract.h"

#include <future>

namespace ferry::test {
namespace {

using store::InboxChange;
using testing::ElementsAre;
using testing::IsEmpty;

class InboxStoreContract : public StoreContract {
  protected:
    static constexpr std::size_t kAnyBytes = 1U << 20U;

    void submit(std::vector<InboxChange> changes, TimePoint now) {
        Status outcome = fail(ErrorCode::Internal, "nobody was told");
        std::promise<void> told;
        store().inbox().submit(std::move(changes), now, {}, [&](Status status) {
            outcome = std::move(status);
            told.set_value();
        });
        told.get_future().wait();
        EXPECT_OK(outcome);
    }
    std::vector<store::KeptChange> read(
        InstanceId id,
        std::int64_t after = 0,
        std::size_t limit = 100,
        std::size_t bytes = kAnyBytes
    ) {
        return valueOf(store().inbox().read(id, after, limit, bytes));
    }
    std::vector<std::string> raws(const std::vector<store::KeptChange>& changes) {
        std::vector<std::string> raws;
        for (const store::KeptChange& change : changes)
            raws.push_back(change.raw);
        return raws;
    }
};
FERRY_CONTRACT(InboxStoreContract);

TEST_P(InboxStoreContract, GivesTheChangesOfAnInstanceInOrderAndMarksIt) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    const auto first = leaseNotices(at(0));
    for (const auto& notice : first)
        EXPECT_OK(store().notices().release(notice, at(1'000), 0));

    submit(
        {{a, "", "h1", "one"}, {b, "", "", "other"}, {a, "", "", std::string("t\0wo", 4)}}, at(5)
    );
    reopen();

    const auto changes = read(a);
    EXPECT_THAT(raws(changes), ElementsAre("one", std::string("t\0wo", 4)));
    EXPECT_EQ(changes[0].hint, "h1");
    EXPECT_LT(changes[0].number, changes[1].number);
    EXPECT_THAT(raws(read(a, changes[0].number)), ElementsAre(std::string("t\0wo", 4)));
    EXPECT_THAT(raws(read(a, 0, 1)), ElementsAre("one"));
    EXPECT_THAT(raws(read(a, 0, 9, 1)), ElementsAre("one")) << "one at least, however large";
    EXPECT_THAT(raws(read(b)), ElementsAre("other"));
    EXPECT_EQ(leaseNotices(at(5)).size(), 2U) << "both are due at once";
}

TEST_P(InboxStoreContract, WhatComesAgainIsKeptOnceForEachInstance) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    submit({{a, "x", "", "1"}, {a, "x", "", "2"}, {b, "x", "", "3"}, {a, "", "", "4"}}, at(1));
    submit({{a, "x", "", "5"}, {a, "", "", "4"}}, at(2));
    EXPECT_THAT(raws(read(a)), ElementsAre("1", "4", "4"));
    EXPECT_THAT(raws(read(b)), ElementsAre("3"));
}

TEST_P(InboxStoreContract, DropsWhatIsOldAndWasRead) {
    const InstanceId a = add("a");
    submit({{a, "x", "", "1"}}, at(1));
    submit({{a, "y", "", "2"}}, at(2));
    submit({{a, "z", "", "3"}}, at(900));
    EXPECT_EQ(valueOf(store().inbox().prune(at(500), 9)), 0U) << "nothing was read";

    store::SyncCommit commit = aCommit(a);
    commit.position.cursor = std::to_string(read(a).at(0).number);
    EXPECT_OK(this->commit(commit));

    EXPECT_EQ(valueOf(store().inbox().prune(at(500), 9)), 1U);
    EXPECT_THAT(raws(read(a)), ElementsAre("2", "3"));
}

TEST_P(InboxStoreContract, ChangesGoWithTheirInstance) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    submit({{a, "x", "", "1"}, {b, "", "", "2"}, {InstanceId(99), "", "", "3"}}, at(1));
    EXPECT_OK(store().instances().remove(std::span(&a, 1)));
    EXPECT_THAT(read(a), IsEmpty());
    EXPECT_THAT(read(InstanceId(99)), IsEmpty()) << "there is no such instance";
    EXPECT_THAT(raws(read(b)), ElementsAre("2"));
    EXPECT_OK(store().sync().reset(b));
    EXPECT_THAT(read(b), IsEmpty()) << "of another account, perhaps";
}

}  // namespace
}  // namespace ferry::test
