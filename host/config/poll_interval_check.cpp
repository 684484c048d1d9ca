#include "config/poll_interval_check.h"

#include "base/number_text.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace ferry::config {

namespace {

using std::chrono::milliseconds;

constexpr const char* kLeast = "event.poller.refresh_interval";
constexpr const char* kMost = "event.poller.max_interval";

std::optional<milliseconds> timeOf(
    const std::map<std::string, std::string>& values, const char* key
) {
    const auto found = values.find(key);
    if (found == values.end()) return std::nullopt;
    // A number alone is minutes, as callers of Open Connectors have it.
    if (const auto minutes = parseInteger(found->second)) return std::chrono::minutes(*minutes);
    return parseDuration(found->second);
}

ParameterProblem problem(const char* key, std::string message, std::string suggestion) {
    return {
        Severity::Error,
        ProblemPlace::Value,
        key,
        false,
        std::move(message),
        std::move(suggestion)};
}

}  // namespace

std::vector<ParameterProblem> checkPollIntervals(
    const ConnectorManifest& connector, const std::map<std::string, std::string>& values
) {
    std::vector<ParameterProblem> problems;
    if (!connector.polling) return problems;
    const auto least = timeOf(values, kLeast);
    const auto most = timeOf(values, kMost);
    if (least && most && *least > *most)
        problems.push_back(problem(
            kLeast,
            fmt::format("the value of '{}' is more than that of '{}'", kLeast, kMost),
            "exchange them, or correct one: polls go from the first to the second"
        ));
    return problems;
}

}  // namespace ferry::config
