#pragma once
// What can be told of a program of jq by its words alone, with the place: what it must not use, and
// brackets and texts that do not end. All else the compiler tells.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// Longer ones are no mapping any more.
inline constexpr std::size_t kJqBytesMax = 64U << 10U;

struct JqFault {
    std::size_t at = 0;  ///< byte in the program
    std::string word;    ///< what stands there
    std::string message;
    std::string suggestion;
};

/// In the order of the program. What it passes may still be none.
std::vector<JqFault> scanJq(std::string_view program);

/// True for a name that a program can use as $name.
bool isJqName(std::string_view name);

}  // namespace ferry::config
