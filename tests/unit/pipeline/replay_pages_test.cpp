// Goal: a replay's deliveries carry every selected event once, and no other.
// Method: a table of small logs; then long ones by seed, read in pieces.

#include "pipeline/replay_pages.h"

#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

using store::EventHead;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kMany = 1'000;

EventSelection deletions() {
    EventSelection selection;
    selection.add(EventType::Deleted);
    return selection;
}

/// One event for each letter: D is a deletion; numbers from 1.
std::vector<EventHead> log(std::string_view letters, std::int64_t step = 1) {
    std::vector<EventHead> events;
    std::int64_t number = 1 - step;
    for (const char letter : letters) {
        events.push_back(
            {EventNumber(number += step),
             letter == 'D' ? EventType::Deleted : EventType::Created,
             ObjectKind::File}
        );
    }
    return events;
}

EventRange range(std::int64_t first, std::int64_t last) {
    return {EventNumber(first), EventNumber(last)};
}

TEST(PageEvents, EndsAPageWhereAnEventIsNotMeant) {
    const auto done = pageEvents(log("DDCDCCDD"), deletions(), {kMany, kMany}, true);

    EXPECT_THAT(done.pages, ElementsAre(range(1, 2), range(4, 4), range(7, 8)));
    EXPECT_EQ(done.matched, 5U);
    EXPECT_EQ(done.examined, 8U);
    EXPECT_EQ(done.next, EventNumber(9));
}

TEST(PageEvents, LeavesOutWhatWaitsAnyhow) {
    const std::vector<EventRange> waiting{range(1, 1), range(4, 5), range(8, 9)};
    const auto done = pageEvents(log("DDCDDDDD"), deletions(), {kMany, kMany}, true, waiting);

    EXPECT_THAT(done.pages, ElementsAre(range(2, 2), range(6, 7)));
    EXPECT_EQ(done.matched, 3U);
    EXPECT_EQ(done.examined, 8U);
    EXPECT_EQ(done.next, EventNumber(9));
}

TEST(PageEvents, PagesHaveAtMostTwentyEvents) {
    const auto done = pageEvents(log(std::string(45, 'D')), {}, {kMany, kMany}, true);

    EXPECT_THAT(done.pages, ElementsAre(range(1, 20), range(21, 40), range(41, 45)));
}

TEST(PageEvents, PagesHaveNoMoreEventsThanTheFormatTakes) {
    const auto done = pageEvents(log("DDCD"), deletions(), {kMany, kMany, 1}, false);

    EXPECT_THAT(done.pages, ElementsAre(range(1, 1), range(2, 2), range(4, 4)));
    EXPECT_EQ(done.examined, 4U);
}

TEST(PageEvents, PagesSpanABoundedPartOfTheLog) {
    const auto within = pageEvents(log("DD", kDeliverySpanMax - 1), {}, {kMany, kMany}, true);
    const auto beyond = pageEvents(log("DD", kDeliverySpanMax), {}, {kMany, kMany}, true);

    EXPECT_THAT(within.pages, ElementsAre(range(1, kDeliverySpanMax)));
    EXPECT_EQ(beyond.pages.size(), 2U);
}

TEST(PageEvents, StopsAtItsLimits) {
    const auto pages = pageEvents(log("DCDCD"), deletions(), {2, kMany}, true);
    EXPECT_THAT(pages.pages, ElementsAre(range(1, 1), range(3, 3)));
    EXPECT_EQ(pages.next, EventNumber(5));
    const auto events = pageEvents(log("DDDDD"), {}, {kMany, 3}, true);
    EXPECT_THAT(events.pages, ElementsAre(range(1, 3)));
    EXPECT_EQ(events.next, EventNumber(4));
    EXPECT_EQ(events.matched, 3U);
}

TEST(PageEvents, LeavesAPageThatMayGoOn) {
    const auto cut = pageEvents(log("DCDD"), deletions(), {kMany, kMany}, false);
    EXPECT_THAT(cut.pages, ElementsAre(range(1, 1)));
    EXPECT_EQ(cut.next, EventNumber(3));
    EXPECT_EQ(cut.matched, 1U);
    EXPECT_EQ(cut.examined, 2U);
    const auto all = pageEvents(log("DDD"), deletions(), {kMany, kMany}, false);
    EXPECT_THAT(all.pages, ElementsAre(range(1, 3))) << "or it would never get on";
}

TEST(PageEvents, NothingGivesNothing) {
    EXPECT_THAT(pageEvents({}, {}, {kMany, kMany}, true).pages, IsEmpty());
    EXPECT_EQ(pageEvents({}, {}, {kMany, kMany}, true).next, EventNumber());
    const auto none = pageEvents(log("CC"), deletions(), {kMany, kMany}, false);
    EXPECT_THAT(none.pages, IsEmpty());
    EXPECT_EQ(none.next, EventNumber(3));
}

class PageEventsBySeed : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, PageEventsBySeed, testing::Range(1, 30));

TEST_P(PageEventsBySeed, EverySelectedEventIsInOnePageWhateverThePieces) {
    test::SeededRandom random(static_cast<std::uint64_t>(GetParam()));
    std::string letters;
    for (int i = 0; i < 400; ++i)
        letters += random.below(4) == 0 ? 'C' : 'D';
    const auto events = log(letters, 1 + static_cast<std::int64_t>(random.below(600)));
    std::vector<int> carried(events.size(), 0);

    for (std::size_t begin = 0; begin < events.size();) {
        const std::size_t size = std::min(1 + random.below(60), events.size() - begin);
        const auto piece = std::span(events).subspan(begin, size);
        const PageLimits limits{1 + random.below(5), 1 + random.below(50)};
        const auto done = pageEvents(piece, deletions(), limits, begin + size == events.size());
        ASSERT_GT(done.examined, 0U);
        EXPECT_LE(done.pages.size(), limits.pages);
        EXPECT_LE(done.matched, limits.events);
        for (const EventRange& page : done.pages)
            for (std::size_t i = 0; i < events.size(); ++i)
                if (events[i].number >= page.first && events[i].number <= page.last) ++carried[i];
        begin += done.examined;
    }

    for (std::size_t i = 0; i < events.size(); ++i)
        EXPECT_EQ(carried[i], letters[i] == 'D' ? 1 : 0) << i;
}

}  // namespace
}  // namespace ferry::pipeline
