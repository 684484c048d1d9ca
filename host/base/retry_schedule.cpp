#include "base/retry_schedule.h"

#include "base/ascii.h"
#include "base/duration_text.h"
#include "base/words.h"

#include <algorithm>
#include <array>

namespace ferry {
namespace {

constexpr Milliseconds seconds(std::int64_t count) {
    return Milliseconds(count * 1000);
}
constexpr Milliseconds hours(std::int64_t count) {
    return seconds(count * 3600);
}

constexpr std::array kStandardDelays{
    seconds(5),
    seconds(300),
    seconds(1800),
    hours(2),
    hours(5),
    hours(10),
    hours(14),
    hours(20),
    hours(24),
};
constexpr std::array kFourToTheX{
    seconds(4),
    seconds(16),
    seconds(64),
    seconds(256),
    seconds(1024),
    seconds(4096),
    seconds(16384),
    seconds(65536),
    seconds(262144),
};
constexpr std::array kEightToTheX{
    seconds(8),
    seconds(64),
    seconds(512),
    seconds(4096),
    seconds(32768),
};

constexpr std::array kSchedules{
    RetrySchedule{"standard", kStandardDelays, 0.2},
    RetrySchedule{"open-connectors-9", kFourToTheX, 0, true},
    RetrySchedule{"open-connectors-5", kEightToTheX, 0, true},
};

}  // namespace

std::span<const RetrySchedule> retrySchedules() {
    return kSchedules;
}

const RetrySchedule* findRetrySchedule(std::string_view name) {
    const auto found =
        std::find_if(kSchedules.begin(), kSchedules.end(), [name](const RetrySchedule& schedule) {
            return schedule.name == name;
        });
    return found == kSchedules.end() ? nullptr : &*found;
}

const RetrySchedule& standardRetrySchedule() {
    return kSchedules.front();
}

RetryDelays delaysOf(const RetrySchedule& schedule) {
    return {{schedule.delays.begin(), schedule.delays.end()}, schedule.jitter, schedule.is_exact};
}

Result<RetryDelays> parseRetrySchedule(std::string_view text) {
    if (const RetrySchedule* named = findRetrySchedule(trimBlanks(text))) return delaysOf(*named);
    RetryDelays retry{{}, standardRetrySchedule().jitter, false};
    for (const std::string_view part : wordsOf(text, ',')) {
        const auto delay = parseDuration(trimBlanks(part));
        if (!delay) {
            return fail(
                ErrorCode::InvalidArgument, "is neither a duration nor the name of a schedule"
            );
        }
        if (*delay > kRetryWaitMax)
            return fail(ErrorCode::InvalidArgument, "has a wait of more than 30 days");
        retry.delays.push_back(*delay);
    }
    return retry;
}

}  // namespace ferry
