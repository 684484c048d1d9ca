#pragma once
// "Did you mean": the known name nearest to a mistyped one.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// Insertions, deletions, replacements and swaps of neighbours needed to turn `a` into `b`
/// (optimal string alignment), or `limit + 1` as soon as it is more than `limit`. Bytes.
std::size_t editDistance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate nearest to `word`, if it is near enough to be meant (a third of its length, at
/// most 5 edits; upper and lower case count as equal); the first of equals; else "".
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// "did you mean 'x'?" or "" if nothing is near.
std::string didYouMean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace ferry::config
