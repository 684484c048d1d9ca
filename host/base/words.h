#pragma once
// Lists that stand in one text.

#include <algorithm>
#include <string_view>
#include <vector>

namespace ferry {

/// What stands between the separators, in order, also where that is nothing; none of an empty text.
/// One separator at the end adds nothing. The pieces are views of `text`.
inline std::vector<std::string_view> wordsOf(std::string_view text, char separator) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

}  // namespace ferry
