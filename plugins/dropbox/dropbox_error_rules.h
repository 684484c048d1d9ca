#pragma once
// The table behind dropbox_errors: which answer of which route means what.

#include "dropbox_errors.h"

#include <chrono>
#include <string_view>

namespace ferry::dropbox {

/// `tags` fits if the error's tags begin with it; `routes` are bits of Route.
struct Rule {
    int http_status;
    std::string_view tags;
    unsigned routes;
    ferry_status status;
    std::string_view meaning;
    std::chrono::milliseconds pause{-1};
};

/// The first rule that fits, or null.
const Rule* findRule(int http_status, std::string_view tags, Route route) noexcept;

/// The route goes on from a cursor.
bool isContinuation(Route route) noexcept;
/// The route is asked for a caller of the hub, not for a drain.
bool isForCaller(Route route) noexcept;

}  // namespace ferry::dropbox
