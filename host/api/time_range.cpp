#include "api/time_range.h"

#include "base/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace ferry::api {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

struct Interval {
    std::string_view name;
    Milliseconds length{0};  ///< 0: so many months
    int month_count = 0;
};

constexpr std::array kIntervals{
    Interval{"second", Milliseconds(1'000)},
    Interval{"minute", Milliseconds(60'000)},
    Interval{"hour", Milliseconds(3'600'000)},
    Interval{"day", Milliseconds(86'400'000)},
    Interval{"week", Milliseconds(7 * 86'400'000)},
    Interval{"month", Milliseconds(0), 1},
    Interval{"quarter", Milliseconds(0), 3},
    Interval{"year", Milliseconds(0), 12},
};

/// 1970-01-01 was a Thursday.
constexpr Milliseconds kMondayOffset{3 * 86'400'000};

TimePoint beginOfMonths(TimePoint time, int month_count) {
    const year_month_day date(std::chrono::floor<days>(time));
    const unsigned month = static_cast<unsigned>(date.month()) - 1;
    const auto count = static_cast<unsigned>(month_count);
    return TimePoint(
        sys_days(date.year() / std::chrono::month(month / count * count + 1) / std::chrono::day(1))
    );
}

TimePoint beginOf(TimePoint time, const Interval& interval) {
    if (interval.month_count > 0) return beginOfMonths(time, interval.month_count);
    const Milliseconds offset = interval.name == "week" ? kMondayOffset : Milliseconds(0);
    const std::int64_t length = interval.length.count();
    const std::int64_t since = (time.time_since_epoch() + offset).count();
    const std::int64_t count = since >= 0 ? since / length : (since - length + 1) / length;
    return TimePoint(Milliseconds(count * length) - offset);
}

TimePoint after(TimePoint begin, const Interval& interval) {
    if (interval.month_count == 0) return begin + interval.length;
    const year_month_day date(std::chrono::floor<days>(begin));
    return TimePoint(sys_days(date + months(interval.month_count)));
}

bool isNumber(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char digit) {
        return digit >= '0' && digit <= '9';
    });
}

}  // namespace

Result<TimePoint> parseTime(std::string_view name, std::string_view text) {
    constexpr std::int64_t kLatest = 253'402'300'799'999;  // of the year 9999
    if (isNumber(text)) {
        std::int64_t number = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
        if (parsed.ec == std::errc() && number <= kLatest) return fromEpochMilliseconds(number);
    } else if (const auto time = parseRfc3339(text)) {
        return *time;
    }
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("{} is a time like 2026-02-21T16:43:41Z, or milliseconds since 1970", name)
    );
}

Result<TimeRange> readTimeRange(const http::Request& request, TimePoint now, Milliseconds span) {
    TimeRange range{now, now};
    if (const auto to = request.queryValue("to"); to && !to->empty()) {
        FERRY_TRY_ASSIGN(range.to, parseTime("to", *to));
    }
    range.from = range.to - span;
    if (const auto from = request.queryValue("from"); from && !from->empty()) {
        FERRY_TRY_ASSIGN(range.from, parseTime("from", *from));
    }
    if (range.from > range.to) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "from ({}) is after to ({})", formatRfc3339(range.from), formatRfc3339(range.to)
            )
        );
    }
    return range;
}

Result<std::vector<TimePoint>> bucketsOf(const TimeRange& range, std::string_view interval) {
    const auto found =
        std::find_if(kIntervals.begin(), kIntervals.end(), [&](const Interval& known) {
            return known.name == interval;
        });
    if (found == kIntervals.end()) {
        return fail(
            ErrorCode::InvalidArgument,
            "interval is one of second, minute, hour, day, week, month, quarter, year"
        );
    }
    std::vector<TimePoint> begins;
    for (TimePoint begin = beginOf(range.from, *found); begin <= range.to;
         begin = after(begin, *found)) {
        if (begins.size() == kBucketsMax) {
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format(
                    "from {} to {}, with both ends, there are more than {} buckets of a {}: give a "
                    "longer interval or a shorter range",
                    formatRfc3339(range.from),
                    formatRfc3339(range.to),
                    kBucketsMax,
                    interval
                )
            );
        }
        begins.push_back(begin);
    }
    return begins;
}

}  // namespace ferry::api
