#pragma once
// The account of the original's paths and queries: the hub has one.

#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::api {

inline constexpr std::int64_t kAccountId = 1;

/// True if a caller who names `account` means the hub's.
inline bool isHubAccount(std::string_view account) {
    return account == std::to_string(kAccountId);
}

}  // namespace ferry::api
