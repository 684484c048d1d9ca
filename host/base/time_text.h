#pragma once
// Reading times as people and programs write them; clock.h writes them.

#include "base/clock.h"

#include <optional>
#include <string_view>

namespace ferry {

/// The time that an RFC 3339 text means: "2026-02-21T16:43:41Z", with a fraction of any length
/// (milliseconds count) and an offset instead of Z; or a day alone, "2026-02-21", which is its
/// beginning in UTC. nullopt for anything else, and for days that no month has.
std::optional<TimePoint> parseRfc3339(std::string_view text);

}  // namespace ferry
