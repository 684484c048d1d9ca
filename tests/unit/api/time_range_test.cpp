// Goal: times, ranges and buckets mean what callers mean by them.
// Method: tables of texts and ranges, with the ends of days, months and years.

#include "api/time_range.h"

#include "base/time_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TimePoint time(std::string_view text) {
    const auto parsed = parseRfc3339(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(TimePoint());
}

Result<TimeRange> rangeOf(std::string query) {
    http::Request request;
    request.query = std::move(query);
    return readTimeRange(request, time("2026-02-21T12:00:00Z"), Milliseconds(3'600'000));
}

std::vector<std::string> bucketNames(
    std::string_view from, std::string_view to, std::string_view interval
) {
    std::vector<std::string> names;
    const auto begins = bucketsOf({time(from), time(to)}, interval);
    EXPECT_TRUE(begins) << begins.error().message;
    for (const TimePoint begin : *begins)
        names.push_back(formatRfc3339(begin));
    return names;
}

TEST(ParseRfc3339, TakesFractionsOffsetsAndDays) {
    const TimePoint noon = fromEpochMilliseconds(1'771'675'200'000);
    EXPECT_EQ(parseRfc3339("2026-02-21T12:00:00Z"), noon);
    EXPECT_EQ(parseRfc3339("2026-02-21t12:00:00.25z"), noon + Milliseconds(250));
    EXPECT_EQ(parseRfc3339("2026-02-21 12:00:00.0019999Z"), noon + Milliseconds(1));
    EXPECT_EQ(parseRfc3339("2026-02-21T13:30:00+01:30"), noon);
    EXPECT_EQ(parseRfc3339("2026-02-21T02:00:00-10:00"), noon);
    EXPECT_EQ(parseRfc3339("2026-02-21"), noon - Milliseconds(12 * 3'600'000));
    EXPECT_EQ(parseRfc3339("2024-02-29"), fromEpochMilliseconds(1'709'164'800'000));
}

TEST(ParseRfc3339, RefusesEverythingElse) {
    for (const char* text : {
             "",
             "now",
             "2026",
             "2026-02",
             "2026-13-01",
             "2026-02-29",
             "2026-02-21T",
             "2026-02-21T12:00",
             "2026-02-21T12:00:00",
             "2026-02-21T24:00:00Z",
             "2026-02-21T12:60:00Z",
             "2026-02-21T12:00:60Z",
             "2026-02-21T12:00:00.Z",
             "2026-02-21T12:00:00Zx",
             "2026-02-21T12:00:00+0100",
             "2026-02-21T12:00:00+24:00",
             "26-02-21",
             "-026-02-21",
             "2026-2-21",
             "2026-02-21T12:00:00+01:00x",
         })
        EXPECT_EQ(parseRfc3339(text), std::nullopt) << text;
}

TEST(TimeRange, HasDefaultsAndTakesBothForms) {
    EXPECT_EQ(rangeOf("")->to, time("2026-02-21T12:00:00Z"));
    EXPECT_EQ(rangeOf("")->from, time("2026-02-21T11:00:00Z"));
    EXPECT_EQ(rangeOf("to=2026-02-20")->from, time("2026-02-19T23:00:00Z"));
    EXPECT_EQ(
        toEpochMilliseconds(rangeOf("from=1771675200000&to=1771675200001")->from), 1'771'675'200'000
    );
    EXPECT_EQ(
        rangeOf("from=2026-02-21T13%3A00%3A00%2B02%3A00")->from, time("2026-02-21T11:00:00Z")
    );
}

TEST(TimeRange, RefusesWhatIsReversedOrNoTime) {
    EXPECT_THAT(rangeOf("from=2026-02-22").error().message, HasSubstr("is after to"));
    EXPECT_THAT(rangeOf("from=yesterday").error().message, HasSubstr("from is a time like"));
    EXPECT_THAT(rangeOf("to=99999999999999999999").error().message, HasSubstr("to is a time like"));
}

TEST(Buckets, AnHourByMinutesHasSixtyOne) {
    EXPECT_EQ(bucketNames("2026-02-21T11:00:00Z", "2026-02-21T12:00:00Z", "minute").size(), 61U);
    EXPECT_EQ(bucketNames("2026-02-21T11:00:30Z", "2026-02-21T12:00:30Z", "minute").size(), 61U);
}

TEST(Buckets, BeginWhereTheCalendarSays) {
    EXPECT_THAT(
        bucketNames("2026-02-21T11:59:59Z", "2026-02-21T12:00:00Z", "hour"),
        ElementsAre("2026-02-21T11:00:00Z", "2026-02-21T12:00:00Z")
    );
    EXPECT_THAT(
        bucketNames("2026-02-22T23:00:00Z", "2026-02-23T01:00:00Z", "week"),
        ElementsAre("2026-02-16T00:00:00Z", "2026-02-23T00:00:00Z")
    );
    EXPECT_THAT(
        bucketNames("2025-12-31T10:00:00Z", "2026-01-01T00:00:00Z", "day"),
        ElementsAre("2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z")
    );
    EXPECT_THAT(
        bucketNames("2025-12-31", "2026-02-01", "month"),
        ElementsAre("2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
    );
    EXPECT_THAT(
        bucketNames("2025-11-05", "2026-02-01", "quarter"),
        ElementsAre("2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z")
    );
    EXPECT_THAT(
        bucketNames("2025-11-05", "2026-02-01", "year"),
        ElementsAre("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
    );
    EXPECT_THAT(
        bucketNames("1969-12-31T23:59:59Z", "1970-01-01", "day"),
        ElementsAre("1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z")
    );
}

TEST(Buckets, AreNotTooMany) {
    const TimePoint from = time("2026-02-21");
    const auto seconds = [&](std::int64_t count) {
        return bucketsOf({from, from + Milliseconds(count * 1'000)}, "second");
    };
    EXPECT_EQ(seconds(static_cast<std::int64_t>(kBucketsMax) - 1)->size(), kBucketsMax);
    EXPECT_THAT(
        seconds(86'400).error().message,
        HasSubstr("from 2026-02-21T00:00:00Z to 2026-02-22T00:00:00Z, with both ends, there are "
                  "more than 86400 buckets of a second: give a longer interval")
    );
    EXPECT_TRUE(seconds(86'399)) << "24 hours less a second";
    EXPECT_THAT(bucketsOf({from, from}, "fortnight").error().message, HasSubstr("one of second"));
}

}  // namespace
}  // namespace ferry::api
