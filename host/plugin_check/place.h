#pragma once
// Where in the plugin a thread is, for the report of a crash.

#include <string_view>

namespace ferry::plugin_check {

/// Kept for this thread until the next one; cut to some 200 bytes.
void setPlace(std::string_view what, std::string_view step = {}) noexcept;
/// What stands behind every place from now on: which round of which seed.
void setRound(std::string_view round) noexcept;

/// From now on a signal that ends the process writes "crash ... in <place>" to `descriptor` first.
void reportCrashes(int descriptor) noexcept;

}  // namespace ferry::plugin_check
