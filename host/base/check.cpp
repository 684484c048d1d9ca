#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace ferry {

void checkFailed(
    std::string_view condition, std::string_view message, const char* file, int line
) noexcept {
    std::fprintf(
        stderr,
        "ferry: %s:%d: check failed: %.*s: %.*s\n",
        file,
        line,
        static_cast<int>(condition.size()),
        condition.data(),
        static_cast<int>(message.size()),
        message.data()
    );
    std::abort();
}

}  // namespace ferry
