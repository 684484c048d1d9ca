#pragma once
// Letters without case, where a protocol says so (header names, host names), whatever the locale.

#include <string>
#include <string_view>

namespace ferry {

/// `c` in lower case if it is an ASCII capital, else as it is.
constexpr char lowerAscii(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lowerAscii(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        c = lowerAscii(c);
    return lower;
}

}  // namespace ferry
