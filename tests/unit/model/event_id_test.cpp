// Goal: an event id says what it is made of, and no two are alike.
// Method: ids at the ends of each part's range, and texts that are none.

#include "model/event_id.h"

#include <gtest/gtest.h>

#include <set>

namespace ferry {
namespace {

constexpr std::uint64_t kHubMax = (std::uint64_t{1} << 48U) - 1;

TEST(EventId, IsTwentyUrlSafeCharactersThatGiveTheirPartsBack) {
    for (const std::uint64_t hub : {std::uint64_t{0}, std::uint64_t{12'345}, kHubMax}) {
        for (const std::int64_t instance : {std::int64_t{1}, kEventIdInstanceMax}) {
            for (const std::uint64_t sequence : {std::uint64_t{1}, kEventIdSequenceMax}) {
                for (const bool is_second_half : {false, true}) {
                    const EventIdParts parts{hub, InstanceId(instance), sequence, is_second_half};
                    const std::string id = makeEventId(parts);
                    EXPECT_EQ(id.size(), 20U);
                    EXPECT_EQ(id.find_first_of("+/=."), std::string::npos) << id;
                    EXPECT_EQ(parseEventId(id), parts) << id;
                }
            }
        }
    }
}

TEST(EventId, DiffersInEachPart) {
    const std::set<std::string> ids{
        makeEventId({eventIdHub("one"), InstanceId(1), 1}),
        makeEventId({eventIdHub("two"), InstanceId(1), 1}),
        makeEventId({eventIdHub("one"), InstanceId(2), 1}),
        makeEventId({eventIdHub("one"), InstanceId(1), 2}),
        makeEventId({eventIdHub("one"), InstanceId(1), 1, true}),
    };

    EXPECT_EQ(ids.size(), 5U);
    EXPECT_LE(eventIdHub("one"), kHubMax);
}

TEST(EventId, ATextThatIsNoneHasNoParts) {
    for (const char* text :
         {"",
          "e1",
          "AAAA",
          "AXBooiL_qrZEur0mJV0",
          "AXBooiL_qrZEur0mJV088888",
          "AXBooiL qrZEur0mJV08"})
        EXPECT_EQ(parseEventId(text), std::nullopt) << text;
}

TEST(SplitMoveId, IsTheIdOfTheSecondHalf) {
    EventIdParts parts{eventIdHub("one"), InstanceId(7), 99};
    const std::string first = makeEventId(parts);
    parts.is_second_half = true;

    EXPECT_EQ(splitMoveId(first), makeEventId(parts));
}

TEST(SplitMoveId, IsAnotherIdForIdsOfAnyForm) {
    const std::string id = splitMoveId("AXBooiL_qrZEur0mJV08");

    EXPECT_EQ(id.size(), 20U);
    EXPECT_NE(id, "AXBooiL_qrZEur0mJV08");
    EXPECT_EQ(id, splitMoveId("AXBooiL_qrZEur0mJV08"));
    EXPECT_NE(id, splitMoveId("AXBooiL_qrZEur0mJV09"));
    EXPECT_EQ(splitMoveId("not base64!"), "not base64!");
}

}  // namespace
}  // namespace ferry
