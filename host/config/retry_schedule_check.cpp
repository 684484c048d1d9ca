#include "config/retry_schedule_check.h"

#include "base/duration_text.h"
#include "config/node_reader.h"

namespace ferry::config {

std::optional<ValueProblem> checkRetrySchedule(std::string_view text) {
    if (text.find_first_of("0123456789") != 0) return std::nullopt;
    constexpr std::chrono::milliseconds kWaitMax{std::int64_t{30} * 86'400'000};
    static const auto form = Pattern::compile("([0-9]+(ms|s|m|h|d))+");
    for (const std::string& item : splitList(text)) {
        if (!form || !form->matches(item)) return std::nullopt;  // the pattern tells it
        const auto wait = parseDuration(item);
        if (!wait || *wait > kWaitMax) {
            return ValueProblem{"has a wait of more than 30 days", "write waits such as 5s,5m,1h"};
        }
    }
    return std::nullopt;
}

}  // namespace ferry::config
