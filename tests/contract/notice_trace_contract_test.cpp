// Goal: a notice has the trace of what asked for its drain, in every driver.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using store::LeasedNotice;

/// A trace whose id ends with `last`.
TraceContext aTrace(std::uint8_t last, bool is_sampled = true) {
    TraceContext trace;
    trace.id.back() = last;
    trace.is_sampled = is_sampled;
    return trace;
}

class NoticeTraceContract : public StoreContract {
  protected:
    store::NoticeStore& notices() { return store().notices(); }
    /// An instance whose notice is due at `due_at`.
    InstanceId addDue(const std::string& name, TimePoint due_at) {
        const Instance instance = anInstance(name);
        return valueOf(store().instances().put(std::span(&instance, 1), due_at)).at(0);
    }
    Status finish(const LeasedNotice& notice, TimePoint now, TimePoint next_due_at) {
        store::SyncCommit last = aCommit(notice.instance);
        last.notice = notice;
        last.now = now;
        last.next_due_at = next_due_at;
        return commit(last);
    }
};
FERRY_CONTRACT(NoticeTraceContract);

TEST_P(NoticeTraceContract, ADrainIsInTheTraceOfTheFirstMark) {
    const InstanceId id = addDue("a", at(100));
    EXPECT_OK(notices().mark(std::span(&id, 1), at(5), aTrace(1, false)));
    EXPECT_OK(notices().mark(std::span(&id, 1), at(6), aTrace(2)));
    reopen();

    EXPECT_EQ(leaseNotices(at(7)).at(0).trace, aTrace(1, false));
}

TEST_P(NoticeTraceContract, ANoticeThatNoMarkMadeIsInNoTrace) {
    addDue("a", at(0));
    EXPECT_EQ(leaseNotices(at(0)).at(0).trace, TraceContext());
}

TEST_P(NoticeTraceContract, AMarkDuringTheLeaseIsForTheNextDrain) {
    const InstanceId id = addDue("a", at(0));
    EXPECT_OK(notices().mark(std::span(&id, 1), at(0), aTrace(1)));
    const auto first = leaseNotices(at(1));
    EXPECT_OK(notices().mark(std::span(&id, 1), at(2), aTrace(2)));
    EXPECT_OK(notices().mark(std::span(&id, 1), at(3), aTrace(3)));
    EXPECT_OK(finish(first.at(0), at(4), at(300)));

    const auto second = leaseNotices(at(5));
    EXPECT_EQ(second.at(0).trace, aTrace(2));
    EXPECT_OK(finish(second.at(0), at(6), at(300)));
    EXPECT_EQ(leaseNotices(at(300)).at(0).trace, TraceContext()) << "a poll";
}

TEST_P(NoticeTraceContract, ADrainThatGetsNowhereLeavesItsTraceToTheNextOne) {
    addDue("a", at(0));
    LeasedNotice lease = leaseNotices(at(0)).at(0);
    lease.trace = aTrace(9);
    EXPECT_OK(notices().release(lease, at(10), 1));
    reopen();

    EXPECT_EQ(leaseNotices(at(10)).at(0).trace, aTrace(9));
}

TEST_P(NoticeTraceContract, ADrainThatWaitsForMovesLeavesItsTraceToTheNextOne) {
    const InstanceId id = addDue("a", at(0));
    LeasedNotice lease = leaseNotices(at(0)).at(0);
    lease.trace = aTrace(9);
    store::SyncCommit last = aCommit(id);
    last.notice = lease;
    last.next_due_at = at(20);
    last.keeps_trace = true;
    EXPECT_OK(commit(last));

    EXPECT_EQ(leaseNotices(at(20)).at(0).trace, aTrace(9));
}

}  // namespace
}  // namespace ferry::test
