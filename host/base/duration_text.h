#pragma once
// Durations as people write them: "500ms", "5s", "1h30m".

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

/// A number and a unit (ms, s, m, h, d), repeated; at most 10 years. No unit, no duration.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) noexcept;

/// The shortest text that parseDuration reads as the same: "1h30m".
std::string durationText(std::chrono::milliseconds duration);

}  // namespace ferry
