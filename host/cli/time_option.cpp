#include "cli/time_option.h"

#include "base/duration_text.h"
#include "base/time_text.h"

#include <fmt/format.h>

namespace ferry::cli {

Result<TimePoint> readTime(std::string_view option, std::string_view text, TimePoint now) {
    if (const auto ago = parseDuration(text)) return now - *ago;
    if (const auto time = parseRfc3339(text)) return *time;
    return fail(ErrorCode::InvalidArgument, fmt::format("{} is {}", option, kTimeHelp));
}

Status checkOrder(const TimeOption& begin, const TimeOption& end) {
    if (begin.time < end.time) return {};
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format(
            "{} ({}) is not before {} ({}): nothing is between them",
            begin.name,
            formatRfc3339(begin.time),
            end.name,
            formatRfc3339(end.time)
        )
    );
}

}  // namespace ferry::cli
