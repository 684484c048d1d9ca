// Goal: a commit of a drain and the event log keep what their interfaces say, in every driver.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr EventNumber kLast{std::numeric_limits<std::int64_t>::max()};

std::vector<std::int64_t> numbersOf(const std::vector<RecordedEvent>& events) {
    std::vector<std::int64_t> numbers;
    for (const RecordedEvent& event : events)
        numbers.push_back(event.number.value);
    return numbers;
}

class SyncCommitContract : public StoreContract {};
FERRY_CONTRACT(SyncCommitContract);

TEST_P(SyncCommitContract, NumbersEventsConsecutivelyPerCommit) {
    const InstanceId first = add("a");
    const InstanceId second = add("b");
    const std::vector<store::SyncCommit> commits = {aCommit(first, 3), aCommit(second, 2)};

    for (const Status& status : store().sync().commit(commits))
        EXPECT_OK(status);
    EXPECT_OK(commit(aCommit(first, 1)));

    EXPECT_THAT(numbersOf(valueOf(store().events().after({}, first, 9))), ElementsAre(1, 2, 3, 6));
    EXPECT_THAT(numbersOf(valueOf(store().events().after({}, second, 9))), ElementsAre(4, 5));
    EXPECT_EQ(valueOf(store().events().newest()), EventNumber(6));
}

TEST_P(SyncCommitContract, PagesDeliveriesAtTwentyEvents) {
    const InstanceId id = add("a");
    const CallbackId to = callback('c');
    deliver(id, to, 41, at(7));
    deliver(id, to, 20, at(8));

    const auto page = valueOf(store().deliveries().page(id, {}, 10));

    ASSERT_THAT(page, SizeIs(4));
    const std::int64_t want[][2] = {{42, 61}, {41, 41}, {21, 40}, {1, 20}};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(page[i].first_event, EventNumber(want[i][0]));
        EXPECT_EQ(page[i].last_event, EventNumber(want[i][1]));
        EXPECT_EQ(page[i].callback, to);
        EXPECT_EQ(page[i].state, DeliveryState::Waiting);
        EXPECT_EQ(page[i].next_attempt_at, at(i == 0 ? 8 : 7));
        EXPECT_EQ(page[i].created_at, at(i == 0 ? 8 : 7));
    }
}

TEST_P(SyncCommitContract, DeliversNothingWithoutACallback) {
    const InstanceId id = add("a");

    EXPECT_OK(commit(aCommit(id, 5)));

    EXPECT_EQ(valueOf(store().events().count(id)), 5);
    EXPECT_THAT(valueOf(store().deliveries().page(id, {}, 10)), IsEmpty());
}

TEST_P(SyncCommitContract, WritesNothingForARemovedInstanceAndTheRestAllTheSame) {
    const InstanceId gone = add("gone");
    const InstanceId stays = add("stays");
    EXPECT_OK(store().instances().remove(std::span(&gone, 1)));
    std::vector<store::SyncCommit> commits = {
        aCommit(stays, 1), aCommit(gone, 30), aCommit(stays, 2)};
    commits[1].callback = callback('c');
    commits[1].position.cursor = "cursor";
    commits[1].index_puts = {anEntry("id:1", "/a")};

    const auto outcomes = store().sync().commit(commits);

    ASSERT_THAT(outcomes, SizeIs(3));
    EXPECT_OK(outcomes[0]);
    EXPECT_EQ(codeOf(outcomes[1]), ErrorCode::NotFound);
    EXPECT_OK(outcomes[2]);
    EXPECT_EQ(valueOf(store().events().count({})), 3);
    EXPECT_EQ(valueOf(store().sync().position(gone)).cursor, "");
    EXPECT_EQ(valueOf(store().deliveries().nextDue(1)), std::nullopt);
    EXPECT_THAT(valueOf(store().sync().entriesBelow(gone, "", "", 9)), IsEmpty());
}

TEST_P(SyncCommitContract, SeveralCommitsOfOneInstanceApplyInOrder) {
    const InstanceId id = add("a");
    std::vector<store::SyncCommit> commits = {aCommit(id), aCommit(id)};
    commits[0].position.cursor = "one";
    commits[0].index_puts = {anEntry("id:1", "/a")};
    commits[1].position.cursor = "two";
    commits[1].index_removals = {"/a"};

    for (const Status& status : store().sync().commit(commits))
        EXPECT_OK(status);

    EXPECT_EQ(valueOf(store().sync().position(id)).cursor, "two");
    EXPECT_THAT(valueOf(store().sync().entriesBelow(id, "", "", 9)), IsEmpty());
}

TEST_P(SyncCommitContract, OutlivesARestart) {
    const InstanceId id = add("a");
    deliver(id, callback('c'), 21, at(0));

    reopen();

    EXPECT_EQ(valueOf(store().events().count(id)), 21);
    EXPECT_THAT(leaseDeliveries(at(0)), SizeIs(2));
}

class EventLogContract : public StoreContract {
  protected:
    store::EventLog& events() { return store().events(); }
    void append(InstanceId id, std::size_t count, TimePoint recorded_at) {
        store::SyncCommit one = aCommit(id, count);
        for (RecordedEvent& event : one.events)
            event.recorded_at = recorded_at;
        EXPECT_OK(commit(one));
    }
};
FERRY_CONTRACT(EventLogContract);

TEST_P(EventLogContract, KeepsEveryField) {
    const InstanceId id = add("a");
    append(id, 1, at(77));

    const auto got = valueOf(events().after({}, {}, 9));

    ASSERT_THAT(got, SizeIs(1));
    const RecordedEvent want = anEvent("e0", at(77));
    EXPECT_EQ(got[0].instance, id);
    EXPECT_EQ(got[0].id, want.id);
    EXPECT_EQ(got[0].type, want.type);
    EXPECT_EQ(got[0].object_kind, want.object_kind);
    EXPECT_EQ(got[0].object_type, want.object_type);
    EXPECT_EQ(got[0].recorded_at, want.recorded_at);
    EXPECT_EQ(got[0].body, want.body);
    EXPECT_EQ(got[0].raw, want.raw);
}

TEST_P(EventLogContract, GivesARangeOfOneInstance) {
    const InstanceId first = add("a");
    const InstanceId second = add("b");
    append(first, 2, at(0));
    append(second, 2, at(0));
    append(first, 2, at(0));

    const auto range = [&](std::int64_t from, EventNumber to, std::size_t limit) {
        return numbersOf(valueOf(events().range(first, EventNumber(from), to, limit)));
    };
    EXPECT_THAT(range(2, EventNumber(5), 9), ElementsAre(2, 5));
    EXPECT_THAT(range(1, kLast, 3), ElementsAre(1, 2, 5));
    EXPECT_THAT(range(3, EventNumber(4), 9), IsEmpty());
}

TEST_P(EventLogContract, GivesSeveralRangesTogether) {
    const InstanceId first = add("a");
    const InstanceId second = add("b");
    append(first, 3, at(0));
    append(second, 2, at(0));

    const store::EventRange ranges[] = {
        {first, EventNumber(2), EventNumber(9)},
        {second, EventNumber(1), EventNumber(3)},
        {second, EventNumber(1), kLast}};
    store::EventPages pages(1);
    pages[0].resize(4);  // what was read before
    ASSERT_EQ(valueOf(events().ranges(ranges, 1, 1'000'000, pages)), 3U);
    EXPECT_THAT(numbersOf(pages[0]), ElementsAre(2));
    EXPECT_THAT(pages[1], IsEmpty());
    EXPECT_THAT(numbersOf(pages[2]), ElementsAre(4));

    // One at least, however long it is.
    EXPECT_EQ(valueOf(events().ranges(ranges, 9, 1, pages)), 1U);
    EXPECT_THAT(numbersOf(pages[0]), ElementsAre(2, 3));
    EXPECT_EQ(valueOf(events().ranges({}, 9, 1, pages)), 0U);
}

TEST_P(EventLogContract, GivesWhatIsAfterANumber) {
    const InstanceId first = add("a");
    const InstanceId second = add("b");
    append(first, 2, at(0));
    append(second, 2, at(0));

    EXPECT_THAT(numbersOf(valueOf(events().after(EventNumber(1), {}, 2))), ElementsAre(2, 3));
    EXPECT_THAT(numbersOf(valueOf(events().after(EventNumber(1), second, 9))), ElementsAre(3, 4));
    EXPECT_THAT(numbersOf(valueOf(events().after(EventNumber(4), {}, 9))), IsEmpty());
}

TEST_P(EventLogContract, CountsAndNamesTheNewest) {
    EXPECT_FALSE(valueOf(events().newest()));
    EXPECT_EQ(valueOf(events().count({})), 0);
    const InstanceId id = add("a");
    append(id, 3, at(0));
    append(add("b"), 2, at(0));

    EXPECT_EQ(valueOf(events().newest()), EventNumber(5));
    EXPECT_EQ(valueOf(events().count({})), 5);
    EXPECT_EQ(valueOf(events().count(id)), 3);
}

TEST_P(EventLogContract, NamesWhatStandsBeforeTheNewestOnes) {
    EXPECT_FALSE(valueOf(events().beforeNewest({}, 0)));
    const InstanceId first = add("a");
    const InstanceId second = add("b");
    append(first, 2, at(0));
    append(second, 3, at(0));
    append(first, 1, at(0));

    const auto before = [&](InstanceId id, std::size_t count) {
        return valueOf(events().beforeNewest(id, count)).value;
    };
    EXPECT_EQ(before({}, 0), 6);
    EXPECT_EQ(before({}, 2), 4);
    EXPECT_EQ(before({}, 5), 1);
    EXPECT_EQ(before({}, 6), 0);
    EXPECT_EQ(before({}, 10'000), 0);
    EXPECT_EQ(before(first, 1), 2) << "those of others between them do not count";
    EXPECT_EQ(before(first, 3), 0);
    EXPECT_EQ(before(second, 0), 5);
}

TEST_P(EventLogContract, PrunesOldEventsInPortions) {
    const InstanceId id = add("a");
    append(id, 5, at(10));
    append(id, 2, at(20));

    EXPECT_EQ(valueOf(events().prune(at(10), 100)), 0U) << "not before";
    EXPECT_EQ(valueOf(events().prune(at(11), 3)), 3U);
    EXPECT_EQ(valueOf(events().prune(at(11), 100)), 2U);
    EXPECT_THAT(numbersOf(valueOf(events().after({}, {}, 9))), ElementsAre(6, 7));
}

TEST_P(EventLogContract, PrunesNothingThatAWaitingOrADeadDeliveryNeeds) {
    const InstanceId id = add("a");
    append(id, 2, at(0));
    deliver(id, callback('c'), 25, at(0));
    append(id, 2, at(0));
    const auto leased = leaseDeliveries(at(0));
    ASSERT_THAT(leased, SizeIs(2));
    record(anOutcome(leased[0], DeliveryState::Delivered, at(1)));

    EXPECT_EQ(valueOf(events().prune(at(9), 100)), 24U);
    EXPECT_THAT(numbersOf(valueOf(events().after({}, {}, 9))), ElementsAre(23, 24, 25, 26, 27));

    record(anOutcome(leased[1], DeliveryState::Dead, at(1)));
    EXPECT_EQ(valueOf(events().prune(at(9), 100)), 0U) << "it can be made again";
    EXPECT_EQ(valueOf(store().deliveries().prune(at(2), 9)), 2U);
    EXPECT_EQ(valueOf(events().prune(at(9), 100)), 5U);
}

TEST_P(EventLogContract, NeverGivesANumberTwice) {
    const InstanceId id = add("a");
    append(id, 3, at(0));
    EXPECT_EQ(valueOf(events().prune(at(1), 100)), 3U);
    reopen();

    append(id, 1, at(0));

    EXPECT_EQ(valueOf(events().newest()), EventNumber(4));
}

TEST_P(SyncCommitContract, DeliveriesOfACommitRepeatItsRecordsWhereItAsksForThem) {
    const InstanceId id = add("a");
    deliver(id, callback('x'), 3, at(0));  // events 1 to 3
    store::SyncCommit repeating = aCommit(id, 45);
    repeating.callback = callback('x');
    repeating.repeats_records = true;
    repeating.logged_only = 2;
    EXPECT_OK(commit(repeating));  // 4 to 46 are delivered
    store::SyncCommit alone = aCommit(id, 20);
    alone.callback = callback('x');
    alone.repeats_records = true;
    EXPECT_OK(commit(alone));

    const auto leased = leaseDeliveries(at(9), 9, 9);

    ASSERT_EQ(leased.size(), 5U);
    EXPECT_EQ(leased[0].records_last, EventNumber()) << "nobody asked";
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_EQ(leased[i].records_first, EventNumber(4));
        EXPECT_EQ(leased[i].records_last, EventNumber(46)) << "what is not delivered is not told";
    }
    EXPECT_EQ(leased[4].records_last, EventNumber()) << "one delivery has all of them";
}

}  // namespace
}  // namespace ferry::test
