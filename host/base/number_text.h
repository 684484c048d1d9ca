#pragma once
// Reading numbers, whatever the locale.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ferry {

/// The decimal number that is the whole of `text`; nullopt for anything else, also for one that
/// does not fit.
inline std::optional<std::int64_t> parseInteger(std::string_view text) noexcept {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number);
    if (text.empty() || fault != std::errc() || stop != end) return std::nullopt;
    return number;
}

}  // namespace ferry
