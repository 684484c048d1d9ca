#pragma once
// Ranges of time that callers give, and the buckets that they are counted in.

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace ferry::api {

/// Both ends belong to it.
struct TimeRange {
    TimePoint from;
    TimePoint to;
};

/// A time as callers write it: RFC 3339, or milliseconds since 1970.
/// Errors: InvalidArgument naming `name`.
Result<TimePoint> parseTime(std::string_view name, std::string_view text);

/// Reads `from` and `to`. Without `to` it ends at `now`; without `from` it begins `span` before its
/// end. Errors: InvalidArgument for what is no time, and if it ends before it begins.
Result<TimeRange> readTimeRange(const http::Request& request, TimePoint now, Milliseconds span);

/// More of them in one answer are refused. Both ends belong to a range, so that 24 hours have a
/// second more than this: they are refused, as in the original.
inline constexpr std::size_t kBucketsMax = 86'400;

/// Where each bucket begins that has a part of the range: buckets of `interval` ("second",
/// "minute", "hour", "day", "week", "month", "quarter", "year", all UTC, weeks from Monday), the
/// one that `from` is in first, the one that `to` is in last. So an hour by minutes has 61. Errors:
/// InvalidArgument for another interval, and for more than kBucketsMax buckets.
Result<std::vector<TimePoint>> bucketsOf(const TimeRange& range, std::string_view interval);

}  // namespace ferry::api
