#pragma once
// Assertions for programmer errors. Expected failures use Result; these end the process.

#include <string_view>

namespace ferry {

/// Prints place and message to standard error and aborts.
[[noreturn]] void checkFailed(
    std::string_view condition, std::string_view message, const char* file, int line
) noexcept;

}  // namespace ferry

/// Always checked, in release too.
#define FERRY_CHECK(condition, message)                                                  \
    do {                                                                                 \
        if (!(condition)) ::ferry::checkFailed(#condition, message, __FILE__, __LINE__); \
    } while (false)
