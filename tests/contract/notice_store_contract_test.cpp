// Goal: NoticeStore keeps what its interface says, in every driver.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

#include <fmt/format.h>

#include <set>

namespace ferry::test {
namespace {

using store::LeasedNotice;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<InstanceId> idsOf(const std::vector<LeasedNotice>& notices) {
    std::vector<InstanceId> ids;
    for (const LeasedNotice& notice : notices)
        ids.push_back(notice.instance);
    return ids;
}

class NoticeStoreContract : public StoreContract {
  protected:
    store::NoticeStore& notices() { return store().notices(); }
    /// An instance whose notice is due at `due_at`.
    InstanceId addDue(const std::string& name, TimePoint due_at) {
        const Instance instance = anInstance(name);
        return valueOf(store().instances().put(std::span(&instance, 1), due_at)).at(0);
    }
    Status mark(InstanceId id, TimePoint now) { return notices().mark(std::span(&id, 1), now); }
    Status finish(const LeasedNotice& notice, TimePoint now, TimePoint next_due_at) {
        store::SyncCommit last = aCommit(notice.instance);
        last.notice = notice;
        last.now = now;
        last.next_due_at = next_due_at;
        return commit(last);
    }
};
FERRY_CONTRACT(NoticeStoreContract);

TEST_P(NoticeStoreContract, LeasesDueOnesEarliestFirst) {
    const InstanceId late = addDue("late", at(30));
    const InstanceId early = addDue("early", at(10));
    const InstanceId middle = addDue("middle", at(20));
    addDue("future", at(31));

    const auto leased = leaseNotices(at(30));

    EXPECT_THAT(idsOf(leased), ElementsAre(early, middle, late));
    EXPECT_EQ(leased[0].due_at, at(10));
    EXPECT_EQ(leased[0].failures, 0U);
}

TEST_P(NoticeStoreContract, CountsOnlyNewLeasesAgainstTheLimit) {
    const InstanceId first = addDue("a", at(1));
    const InstanceId second = addDue("b", at(1));
    const InstanceId third = addDue("c", at(2));

    EXPECT_THAT(idsOf(leaseNotices(at(5), 1)), ElementsAre(first));
    EXPECT_THAT(idsOf(leaseNotices(at(5), 1)), ElementsAre(second));
    EXPECT_THAT(idsOf(leaseNotices(at(5), 1)), ElementsAre(third));
    EXPECT_THAT(leaseNotices(at(5), 1), IsEmpty());
    EXPECT_THAT(leaseNotices(at(5), 0), IsEmpty());
}

TEST_P(NoticeStoreContract, MarkMakesDueNowOrEarlier) {
    const InstanceId id = addDue("a", at(100));

    EXPECT_OK(mark(id, at(50)));
    EXPECT_EQ(valueOf(notices().nextDue()), at(50));
    EXPECT_OK(mark(id, at(60)));
    EXPECT_EQ(valueOf(notices().nextDue()), at(50));
}

TEST_P(NoticeStoreContract, MarkSkipsUnknownAndStoppedInstances) {
    const InstanceId stopped = add("stopped", InstanceState::Disabled);
    const InstanceId running = addDue("running", at(100));
    const InstanceId ids[] = {InstanceId(999), stopped, running};

    EXPECT_OK(notices().mark(ids, at(10)));

    EXPECT_THAT(idsOf(leaseNotices(at(10))), ElementsAre(running));
}

TEST_P(NoticeStoreContract, ManyMarksAreOneNotice) {
    const InstanceId id = addDue("a", at(0));
    for (int i = 0; i < 100; ++i)
        EXPECT_OK(mark(id, at(i)));

    const auto leased = leaseNotices(at(200));

    ASSERT_THAT(leased, SizeIs(1));
    EXPECT_GE(leased[0].mark, 100U);
}

TEST_P(NoticeStoreContract, MarksOutliveARestart) {
    const InstanceId id = addDue("a", at(100));
    EXPECT_OK(mark(id, at(7)));

    reopen();

    EXPECT_THAT(idsOf(leaseNotices(at(7))), ElementsAre(id));
}

TEST_P(NoticeStoreContract, LeasesEndWithTheProcess) {
    const InstanceId id = addDue("a", at(0));
    EXPECT_THAT(leaseNotices(at(0)), SizeIs(1));

    reopen();

    EXPECT_THAT(idsOf(leaseNotices(at(0))), ElementsAre(id));
}

TEST_P(NoticeStoreContract, NextDueLooksPastLeasedOnes) {
    EXPECT_EQ(valueOf(notices().nextDue()), std::nullopt);
    addDue("a", at(10));
    addDue("b", at(20));
    EXPECT_EQ(valueOf(notices().nextDue()), at(10));

    leaseNotices(at(10));
    EXPECT_EQ(valueOf(notices().nextDue()), at(20));
    leaseNotices(at(20));
    EXPECT_EQ(valueOf(notices().nextDue()), std::nullopt);
}

TEST_P(NoticeStoreContract, ACompletedOneIsDueAtTheNextPoll) {
    const InstanceId id = addDue("a", at(0));
    const auto leased = leaseNotices(at(0));

    EXPECT_OK(finish(leased.at(0), at(5), at(300)));

    EXPECT_THAT(leaseNotices(at(299)), IsEmpty());
    EXPECT_THAT(idsOf(leaseNotices(at(300))), ElementsAre(id));
}

TEST_P(NoticeStoreContract, AMarkDuringTheLeaseMakesItDueAtOnce) {
    const InstanceId id = addDue("a", at(0));
    const auto leased = leaseNotices(at(0));
    EXPECT_OK(mark(id, at(3)));
    EXPECT_THAT(leaseNotices(at(4)), IsEmpty()) << "it is leased still";

    EXPECT_OK(finish(leased.at(0), at(5), at(300)));

    const auto again = leaseNotices(at(5));
    ASSERT_THAT(idsOf(again), ElementsAre(id));
    EXPECT_GT(again[0].mark, leased[0].mark);
}

TEST_P(NoticeStoreContract, ReleaseGivesBackWithFailures) {
    addDue("a", at(0));
    const auto leased = leaseNotices(at(0));

    EXPECT_OK(notices().release(leased.at(0), at(40), 3));

    EXPECT_THAT(leaseNotices(at(39)), IsEmpty());
    const auto again = leaseNotices(at(40));
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_EQ(again[0].failures, 3U);
    EXPECT_OK(finish(again[0], at(41), at(50)));
    EXPECT_EQ(leaseNotices(at(50)).at(0).failures, 0U);
}

TEST_P(NoticeStoreContract, ReleaseAfterAMarkIsDueAtOnce) {
    const InstanceId id = addDue("a", at(0));
    const auto leased = leaseNotices(at(1));
    EXPECT_OK(mark(id, at(2)));

    EXPECT_OK(notices().release(leased.at(0), at(4000), 1));

    EXPECT_THAT(idsOf(leaseNotices(at(2))), ElementsAre(id));
}

TEST_P(NoticeStoreContract, ManyAreReleasedAsOneIs) {
    const InstanceId a = addDue("a", at(0));
    const InstanceId b = addDue("b", at(0));
    const InstanceId gone = addDue("gone", at(0));
    const auto leased = leaseNotices(at(1));
    ASSERT_THAT(leased, SizeIs(3));
    EXPECT_OK(mark(b, at(2)));
    ASSERT_TRUE(store().instances().remove({&gone, 1}));

    std::vector<store::NoticeStore::Release> releases;
    for (const auto& notice : leased)
        releases.push_back({notice, at(40), 2});
    EXPECT_OK(notices().releaseAll(releases));

    EXPECT_THAT(idsOf(leaseNotices(at(3))), ElementsAre(b)) << "marked since";
    const auto later = leaseNotices(at(40));
    ASSERT_THAT(idsOf(later), ElementsAre(a));
    EXPECT_EQ(later[0].failures, 2U);
}

TEST_P(NoticeStoreContract, AStoppedInstanceIsNotHandedOutAgain) {
    const InstanceId id = addDue("a", at(0));
    const auto leased = leaseNotices(at(0));
    EXPECT_OK(store().instances().setState(id, InstanceState::Disabled, "", at(1)));

    EXPECT_OK(finish(leased.at(0), at(2), at(3)));

    EXPECT_THAT(leaseNotices(at(1000)), IsEmpty());
    EXPECT_EQ(valueOf(notices().nextDue()), std::nullopt);
}

TEST_P(NoticeStoreContract, AnInstanceStartedAgainDuringTheLeaseIsDrainedAgain) {
    const InstanceId id = addDue("a", at(0));
    const auto leased = leaseNotices(at(0));
    EXPECT_OK(store().instances().setState(id, InstanceState::Disabled, "", at(1)));
    EXPECT_OK(store().instances().setState(id, InstanceState::Running, "", at(2)));
    EXPECT_THAT(leaseNotices(at(2)), IsEmpty()) << "one drain at a time";

    EXPECT_OK(finish(leased.at(0), at(3), at(5000)));

    EXPECT_THAT(idsOf(leaseNotices(at(3))), ElementsAre(id));
}

TEST_P(NoticeStoreContract, MarkAllSpreadsEvenly) {
    std::vector<Instance> many;
    for (int i = 0; i < 100; ++i)
        many.push_back(anInstance(fmt::format("i{}", i)));
    EXPECT_OK(store().instances().put(many, at(0)));
    add("stopped", InstanceState::Disabled);

    EXPECT_OK(notices().markAll(at(1000), Milliseconds(500)));

    EXPECT_THAT(leaseNotices(at(999), 1000), IsEmpty());
    std::set<InstanceId> seen;
    for (int part = 0; part < 10; ++part) {
        const auto leased = leaseNotices(at(1000 + part * 50 + 49), 1000);
        EXPECT_THAT(leased, SizeIs(10)) << "part " << part;
        for (const LeasedNotice& notice : leased)
            seen.insert(notice.instance);
    }
    EXPECT_THAT(seen, SizeIs(100));
}

TEST_P(NoticeStoreContract, FindsANoticeThatBecomesDueBeforeThoseLeased) {
    const InstanceId late = addDue("late", at(100));
    const InstanceId later = addDue("later", at(5000));
    EXPECT_THAT(idsOf(leaseNotices(at(1000))), ElementsAre(late));

    EXPECT_OK(mark(later, at(50)));

    EXPECT_EQ(valueOf(notices().nextDue()), at(50));
    EXPECT_THAT(idsOf(leaseNotices(at(1000))), ElementsAre(later));
}

TEST_P(NoticeStoreContract, TellsWhatWaitsAndSinceWhen) {
    EXPECT_EQ(valueOf(notices().backlog(at(0))).waiting, 0);
    addDue("a", at(10));
    addDue("b", at(20));
    addDue("c", at(30));

    auto backlog = valueOf(notices().backlog(at(20)));
    EXPECT_EQ(backlog.waiting, 2);
    EXPECT_EQ(backlog.oldest_due_at, at(10));
    EXPECT_EQ(backlog.leased, 0);

    leaseNotices(at(20), 1);
    backlog = valueOf(notices().backlog(at(20)));
    EXPECT_EQ(backlog.waiting, 1);
    EXPECT_EQ(backlog.oldest_due_at, at(20));
    EXPECT_EQ(backlog.leased, 1);

    leaseNotices(at(20), 1);
    EXPECT_EQ(valueOf(notices().backlog(at(20))).oldest_due_at, std::nullopt);
}

}  // namespace
}  // namespace ferry::test
