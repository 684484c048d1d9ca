#include "config/retry_schedule_check.h"

#include "base/ascii.h"
#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace ferry::config {
namespace {

constexpr std::size_t kRetriesMax = 50;

}  // namespace

std::optional<ValueProblem> checkRetrySchedule(std::string_view text) {
    const auto read = parseRetrySchedule(text);
    if (read) return std::nullopt;
    std::vector<std::string_view> names;
    for (const RetrySchedule& schedule : retrySchedules())
        names.push_back(schedule.name);
    std::string suggestion = didYouMean(trimBlanks(text), names);
    if (suggestion.empty()) {
        suggestion = fmt::format("write {}, or waits such as 5s,5m,1h", fmt::join(names, ", "));
    }
    return ValueProblem{read.error().message, std::move(suggestion)};
}

void readRetrySchedule(const YamlNode& delivery, Reporter& reporter, RetryDelays& into) {
    const YamlNode* node = given(delivery, "retry_schedule");
    if (node == nullptr) return;
    into = RetryDelays{{}, into.jitter, false};
    const auto items = itemsOf(delivery, "retry_schedule");
    for (const auto& [item, text] : items) {
        std::optional<ValueProblem> problem = checkRetrySchedule(text);
        if (trimBlanks(text).empty()) problem = ValueProblem{"is empty", "write a wait such as 5m"};
        if (!problem && items.size() > 1 && findRetrySchedule(text) != nullptr) {
            problem =
                ValueProblem{"is the name of a whole schedule", "write the name alone, or waits"};
        }
        if (problem) {
            reporter.atValue(
                *item,
                Visibility::Shown,
                "an item of 'retry_schedule' " + problem->message,
                problem->suggestion
            );
            continue;
        }
        const auto retry = parseRetrySchedule(text);
        into.delays.insert(into.delays.end(), retry->delays.begin(), retry->delays.end());
        into.jitter = retry->jitter;
        into.is_exact = retry->is_exact;
    }
    if (node->isSequence() && node->children.empty()) {
        reporter.warnAtKey(
            *delivery.findKey("retry_schedule"),
            "'retry_schedule' is empty: a callback that fails once is never tried again",
            "remove the key to have the default"
        );
    }
    if (into.delays.size() > kRetriesMax) {
        reporter.atValue(
            *node,
            Visibility::Hidden,
            fmt::format("'retry_schedule' has more than {} items", kRetriesMax)
        );
    }
}

}  // namespace ferry::config
