// Goal: EventSearch keeps what its interface says, in every driver.
// Method: logs of some events with ids as the hub makes them, and with gaps; then each promise.

#include "contract/store_contract.h"
#include "model/event_id.h"

#include <numeric>

namespace ferry::test {
namespace {

using store::EventPlace;
using store::EventQuery;
using testing::ElementsAre;
using testing::IsEmpty;

class EventSearchContract : public StoreContract {
  protected:
    store::EventSearch& search() { return store().eventSearch(); }

    static std::string idOf(InstanceId instance, std::uint64_t sequence, bool is_second = false) {
        return makeEventId({7, instance, sequence, is_second});
    }

    /// Records events of these sequences, in this order, at `now`; `last` were given out by then.
    void log(
        InstanceId instance,
        const std::vector<std::uint64_t>& sequences,
        std::uint64_t last,
        TimePoint now = at(0)
    ) {
        store::SyncCommit commit = aCommit(instance);
        for (const std::uint64_t sequence : sequences)
            commit.events.push_back(anEvent(idOf(instance, sequence), now));
        commit.position.event_sequence = last;
        commit.now = now;
        EXPECT_OK(this->commit(commit));
    }
    void log(InstanceId instance, std::size_t count, TimePoint now = at(0)) {
        std::vector<std::uint64_t> sequences(count);
        std::iota(sequences.begin(), sequences.end(), logged_[instance] + 1);
        logged_[instance] += count;
        log(instance, sequences, logged_[instance], now);
    }

    std::int64_t found(const std::string& id) {
        const auto event = valueOf(search().find(id));
        return event ? event->number.value : 0;
    }

    std::vector<std::int64_t> numbers(const EventQuery& query) {
        std::vector<std::int64_t> numbers;
        for (const RecordedEvent& event : valueOf(search().page(query)).events)
            numbers.push_back(event.number.value);
        return numbers;
    }

  private:
    std::map<InstanceId, std::uint64_t> logged_;
};
FERRY_CONTRACT(EventSearchContract);

TEST_P(EventSearchContract, FindsEachEventByItsId) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    for (int i = 0; i < 20; ++i) {
        log(a, 3);
        log(b, 2);
    }

    for (std::uint64_t i = 1; i <= 60; ++i) {
        const auto event = valueOf(search().find(idOf(a, i)));
        ASSERT_TRUE(event.has_value()) << i;
        EXPECT_EQ(event->id, idOf(a, i));
        EXPECT_EQ(event->instance, a);
        EXPECT_EQ(event->body, "{\"body\":1}");
    }
    EXPECT_EQ(found(idOf(b, 40)), 100);
}

TEST_P(EventSearchContract, FindsEventsThatWaitedWhileOthersWereMade) {
    const InstanceId a = add("a");
    // 4, 5 and 6 wait twice for the end of a move window; so does 20 for ever.
    log(a, {1, 2, 3, 7, 8, 9}, 9);
    log(a, {10, 11, 4, 12, 13, 5, 14, 15, 16}, 20);
    log(a, {17, 6, 18, 19, 21}, 21);

    const std::vector<std::uint64_t> in_order{1,  2, 3,  7,  8,  9,  10, 11, 4,  12,
                                              13, 5, 14, 15, 16, 17, 6,  18, 19, 21};
    for (std::size_t i = 0; i < in_order.size(); ++i)
        EXPECT_EQ(found(idOf(a, in_order[i])), static_cast<std::int64_t>(i) + 1) << in_order[i];
    EXPECT_EQ(found(idOf(a, 20)), 0) << "not recorded yet";
    EXPECT_EQ(found(idOf(a, 22)), 0) << "not made yet";
}

TEST_P(EventSearchContract, FindsBothHalvesOfASplitMove) {
    const InstanceId a = add("a");
    store::SyncCommit commit = aCommit(a);
    commit.events = {anEvent(idOf(a, 1)), anEvent(idOf(a, 1, true)), anEvent(idOf(a, 2))};
    commit.position.event_sequence = 2;
    EXPECT_OK(this->commit(commit));

    EXPECT_EQ(found(idOf(a, 1)), 1);
    EXPECT_EQ(found(idOf(a, 1, true)), 2);
    EXPECT_EQ(found(idOf(a, 2, true)), 0);
}

TEST_P(EventSearchContract, FindsNoIdOfAnotherFormHubOrInstance) {
    const InstanceId a = add("a");
    log(a, 3);

    EXPECT_EQ(found(makeEventId({8, a, 2})), 0) << "another hub's";
    EXPECT_EQ(found(idOf(InstanceId(99), 2)), 0);
    EXPECT_EQ(found("AXBooiL_qrZEur0mJV08"), 0);
    EXPECT_EQ(found("e1"), 0);
    EXPECT_EQ(found(""), 0);
}

TEST_P(EventSearchContract, PagesInBothDirections) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    log(a, 2);
    log(b, 2);
    log(a, 3);

    EXPECT_THAT(numbers({.instance = a}), ElementsAre(1, 2, 5, 6, 7));
    EXPECT_THAT(numbers({}), ElementsAre(1, 2, 3, 4, 5, 6, 7));
    EXPECT_THAT(
        numbers({.instance = a, .first = EventNumber(2), .end = EventNumber(7)}),
        ElementsAre(2, 5, 6)
    );
    const auto newest =
        valueOf(search().page({.instance = a, .is_newest_first = true, .limit = 2}));
    EXPECT_EQ(newest.events.at(0).number, EventNumber(7));
    ASSERT_EQ(newest.next, EventNumber(6));
    EXPECT_THAT(
        numbers({.instance = a, .end = *newest.next, .is_newest_first = true}), ElementsAre(5, 2, 1)
    );
    EXPECT_EQ(valueOf(search().page({.limit = 7})).next, std::nullopt);
    EXPECT_EQ(valueOf(search().page({.limit = 6})).next, EventNumber(7));
}

TEST_P(EventSearchContract, SelectsTypesOfEventsAndOfObjects) {
    const InstanceId a = add("a");
    store::SyncCommit commit = aCommit(a);
    for (int i = 0; i < 6; ++i) {
        RecordedEvent& event = commit.events.emplace_back(anEvent(idOf(a, 1)));
        event.type = i % 2 == 0 ? EventType::Deleted : EventType::Created;
        event.object_kind = i % 3 == 0 ? ObjectKind::File : ObjectKind::Folder;
    }
    RecordedEvent& issue = commit.events.emplace_back(anEvent(idOf(a, 1)));
    issue.object_kind = ObjectKind::Other;
    issue.object_type = "issue";
    EXPECT_OK(this->commit(commit));
    EventSelection deleted;
    deleted.add(EventType::Deleted);
    EventSelection deleted_or_created_files = deleted;
    deleted_or_created_files.add(EventType::Created);
    deleted_or_created_files.object_types = {"file"};
    EventSelection issues;
    issues.object_types = {"issue"};

    EXPECT_THAT(numbers({.instance = a, .selection = deleted}), ElementsAre(1, 3, 5));
    EXPECT_THAT(numbers({.selection = deleted_or_created_files}), ElementsAre(1, 4));
    EXPECT_THAT(numbers({.selection = issues}), ElementsAre(7));
    EXPECT_EQ(
        valueOf(search().heads(a, EventNumber(7), EventNumber(8), 2)).at(0).object_type, "issue"
    );
    const auto heads = valueOf(search().heads(a, EventNumber(2), EventNumber(5), 2));
    ASSERT_EQ(heads.size(), 2U);
    EXPECT_EQ(heads[1].number, EventNumber(3));
    EXPECT_EQ(heads[1].type, EventType::Deleted);
    EXPECT_EQ(heads[1].object_kind, ObjectKind::Folder);
    const auto numbers = valueOf(search().numbers(a, EventNumber(2), EventNumber(5), 2));
    EXPECT_THAT(numbers, ElementsAre(EventNumber(2), EventNumber(3)));
    EXPECT_THAT(
        valueOf(search().numbers(a, EventNumber(4), EventNumber(5), 9)), ElementsAre(EventNumber(4))
    );
}

TEST_P(EventSearchContract, ExaminesABoundedNumberForAPage) {
    const InstanceId a = add("a");
    log(a, 12'000);
    EventSelection none;
    none.add(EventType::Created);

    EventQuery query{.instance = a, .selection = none};
    int pages = 0;
    for (;; ++pages) {
        const auto page = valueOf(search().page(query));
        EXPECT_THAT(page.events, IsEmpty());
        if (!page.next) break;
        query.first = *page.next;
    }

    EXPECT_EQ(pages, 2);
}

TEST_P(EventSearchContract, KnowsTheFirstEventOfATime) {
    EXPECT_EQ(valueOf(search().firstAt(at(0))), EventNumber(1));
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    log(a, 2, at(10));
    log(b, 3, at(20));
    log(a, 1, at(40));

    EXPECT_EQ(valueOf(search().firstAt(at(9))), EventNumber(1));
    EXPECT_EQ(valueOf(search().firstAt(at(10))), EventNumber(1));
    EXPECT_EQ(valueOf(search().firstAt(at(11))), EventNumber(3));
    EXPECT_EQ(valueOf(search().firstAt(at(20))), EventNumber(3));
    EXPECT_EQ(valueOf(search().firstAt(at(21))), EventNumber(6));
    EXPECT_EQ(valueOf(search().firstAt(at(41))), EventNumber(7));
    EXPECT_OK(store().instances().remove(std::span(&b, 1)));
    EXPECT_EQ(valueOf(search().firstAt(at(11))), EventNumber(3)) << "where the first one was";
    EXPECT_EQ(valueOf(search().firstAt(at(41))), EventNumber(7));
}

TEST_P(EventSearchContract, GivesThePlacesOfEventsByInstance) {
    const InstanceId a = add("a");
    const InstanceId b = add("b");
    const InstanceId c = add("c");
    log(b, 2);
    log(a, 2);
    log(c, 1);
    log(b, 1);

    for (const std::size_t limit : {1U, 2U, 3U, 100U}) {
        std::vector<EventPlace> all;
        EventPlace after;
        for (;;) {
            const auto some =
                valueOf(search().places(after, InstanceId(), EventNumber(2), EventNumber(6), limit)
                );
            all.insert(all.end(), some.places.begin(), some.places.end());
            if (!some.next) break;
            after = *some.next;
        }
        EXPECT_THAT(
            all,
            ElementsAre(
                EventPlace{a, EventNumber(3)},
                EventPlace{a, EventNumber(4)},
                EventPlace{b, EventNumber(2)},
                EventPlace{c, EventNumber(5)}
            )
        ) << limit;
    }
    const auto of_b = valueOf(search().places({}, b, EventNumber(1), store::kEventNumberEnd, 100));
    EXPECT_THAT(
        of_b.places,
        ElementsAre(
            EventPlace{b, EventNumber(1)},
            EventPlace{b, EventNumber(2)},
            EventPlace{b, EventNumber(6)}
        )
    );
    EXPECT_EQ(of_b.next, std::nullopt);
}

}  // namespace
}  // namespace ferry::test
