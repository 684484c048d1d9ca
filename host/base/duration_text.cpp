#include "base/duration_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace ferry {
namespace {

bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

std::optional<std::int64_t> takeNumber(std::string_view& text) noexcept {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number);
    if (text.empty() || !isDigit(text.front()) || fault != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return number;
}

}  // namespace

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) noexcept {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits = {
        {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}
    };
    constexpr std::int64_t kTenYearsMs = std::int64_t{3650} * 86'400'000;
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    while (!text.empty()) {
        const std::optional<std::int64_t> number = takeNumber(text);
        if (!number) return std::nullopt;
        const std::size_t unit_end = std::min(
            static_cast<std::size_t>(
                std::find_if(text.begin(), text.end(), isDigit) - text.begin()
            ),
            text.size()
        );
        const std::string_view unit = text.substr(0, unit_end);
        const auto* found = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& entry) {
            return entry.first == unit;
        });
        if (found == kUnits.end() || *number > kTenYearsMs / found->second) return std::nullopt;
        total += *number * found->second;
        if (total > kTenYearsMs) return std::nullopt;
        text.remove_prefix(unit_end);
    }
    return std::chrono::milliseconds(total);
}

std::string durationText(std::chrono::milliseconds duration) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits = {
        {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}
    };
    std::int64_t rest = duration.count();
    std::string text;
    for (const auto& [unit, factor] : kUnits) {
        if (rest >= factor) text.append(std::to_string(rest / factor)).append(unit);
        rest %= factor;
    }
    return text.empty() ? "0s" : text;
}

}  // namespace ferry
