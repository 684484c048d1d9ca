#pragma once
// Times on the command line.

#include "base/clock.h"
#include "base/result.h"

#include <string_view>

namespace ferry::cli {

/// What these options take, for their help.
inline constexpr const char* kTimeHelp =
    "a time like 2026-02-21T16:43:41Z, or how long ago: 2h, 7d";

/// A time, or a duration before `now`. Errors: InvalidArgument naming the option.
Result<TimePoint> readTime(std::string_view option, std::string_view text, TimePoint now);

struct TimeOption {
    std::string_view name;
    TimePoint time;
};

/// Fails if nothing can be at or after `begin` and before `end`. Errors: InvalidArgument.
Status checkOrder(const TimeOption& begin, const TimeOption& end);

}  // namespace ferry::cli
