// Goal: CursorStore keeps what its interface says, in every driver.
// Method: requests beside notices that are free, leased and taken out of the queue.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using store::CursorRequest;
using testing::SizeIs;

class CursorStoreContract : public StoreContract {
  protected:
    store::CursorStore& cursors() { return store().cursors(); }
    store::CursorStatus status(InstanceId id) {
        return valueOf(cursors().status(id)).value_or(store::CursorStatus{});
    }
    /// Ends a leased drain at `now`, due again at `due_at`.
    void endDrain(const store::LeasedNotice& notice, TimePoint now, TimePoint due_at) {
        store::SyncCommit commit = aCommit(notice.instance);
        commit.position.phase = SyncPhase::Live;
        commit.position.cursor = "c7";
        commit.position.event_sequence = 12;
        commit.notice = notice;
        commit.now = now;
        commit.next_due_at = due_at;
        EXPECT_OK(this->commit(commit));
    }
};
FERRY_CONTRACT(CursorStoreContract);

TEST_P(CursorStoreContract, TellsWhereAnInstanceStands) {
    const InstanceId a = add("a");
    EXPECT_EQ(valueOf(cursors().status(InstanceId(99))), std::nullopt);
    EXPECT_EQ(status(a).position.phase, SyncPhase::Baseline);
    EXPECT_EQ(status(a).due_at, at(0));
    EXPECT_EQ(status(a).drained_at, std::nullopt);

    endDrain(leaseNotices(at(5)).at(0), at(6), at(1'000));

    EXPECT_EQ(status(a).position.cursor, "c7");
    EXPECT_EQ(status(a).position.phase, SyncPhase::Live);
    EXPECT_EQ(status(a).drained_at, at(6));
    EXPECT_EQ(status(a).due_at, at(1'000));
    EXPECT_EQ(status(a).failures, 0U);
    EXPECT_OK(store().notices().mark(std::span(&a, 1), at(9)));
    EXPECT_OK(store().notices().release(leaseNotices(at(9)).at(0), at(20), 3));
    EXPECT_EQ(status(a).drained_at, at(6)) << "a drain that failed is none";
    EXPECT_EQ(status(a).failures, 3U);
    EXPECT_EQ(status(add("b", InstanceState::Disabled)).due_at, std::nullopt);
}

TEST_P(CursorStoreContract, ARequestMakesTheInstanceDueAndTheLaterOneCounts) {
    const InstanceId a = add("a");
    endDrain(leaseNotices(at(5)).at(0), at(6), at(1'000));
    EXPECT_EQ(valueOf(cursors().requested(a)), std::nullopt);

    EXPECT_OK(cursors().request(a, CursorRequest::Resync, at(10)));
    EXPECT_OK(cursors().request(a, CursorRequest::Skip, at(11)));
    reopen();

    EXPECT_EQ(valueOf(cursors().requested(a)), CursorRequest::Skip);
    EXPECT_EQ(status(a).request, CursorRequest::Skip);
    EXPECT_THAT(leaseNotices(at(10)), SizeIs(1));
    EXPECT_EQ(
        codeOf(cursors().request(InstanceId(99), CursorRequest::Skip, at(0))), ErrorCode::NotFound
    );
}

TEST_P(CursorStoreContract, ARequestDuringADrainIsForTheNextOne) {
    const InstanceId a = add("a");
    const auto notice = leaseNotices(at(5)).at(0);

    EXPECT_OK(cursors().request(a, CursorRequest::Resync, at(6)));
    EXPECT_THAT(leaseNotices(at(7)), SizeIs(0)) << "one drain at a time";
    endDrain(notice, at(8), at(1'000));

    EXPECT_EQ(valueOf(cursors().requested(a)), CursorRequest::Resync) << "kept by its commit";
    EXPECT_THAT(leaseNotices(at(8)), SizeIs(1));
}

TEST_P(CursorStoreContract, BeginsWithARequestOnce) {
    const InstanceId a = add("a");
    endDrain(leaseNotices(at(5)).at(0), at(6), at(1'000));
    EXPECT_OK(cursors().request(a, CursorRequest::Resync, at(10)));
    SyncPosition position = valueOf(store().sync().position(a));
    position.phase = SyncPhase::Resync;
    position.cursor.clear();
    position.generation = 2;

    EXPECT_OK(cursors().begin(a, CursorRequest::Skip, position));
    EXPECT_EQ(valueOf(cursors().requested(a)), CursorRequest::Resync) << "came meanwhile: stays";
    EXPECT_OK(cursors().begin(a, CursorRequest::Resync, position));
    reopen();

    EXPECT_EQ(valueOf(cursors().requested(a)), std::nullopt);
    EXPECT_EQ(status(a).position.generation, 2U);
    EXPECT_EQ(status(a).position.phase, SyncPhase::Resync);
    EXPECT_EQ(status(a).position.event_sequence, 12U);
}

TEST_P(CursorStoreContract, AStoppedInstanceKeepsTheRequest) {
    const InstanceId a = add("a", InstanceState::Disabled);

    EXPECT_OK(cursors().request(a, CursorRequest::Skip, at(6)));

    EXPECT_THAT(leaseNotices(at(99)), SizeIs(0));
    EXPECT_EQ(status(a).request, CursorRequest::Skip);
    EXPECT_OK(store().instances().remove(std::span(&a, 1)));
    EXPECT_EQ(valueOf(cursors().requested(a)), std::nullopt);
}

}  // namespace
}  // namespace ferry::test
