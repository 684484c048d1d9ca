#pragma once
// The `where` of the Open Connectors API: conditions joined by `and`.

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

enum class Comparison : std::uint8_t { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };

struct Condition {
    std::string field;
    Comparison comparison = Comparison::Equal;
    std::string value;

    bool operator==(const Condition&) const = default;
};

inline constexpr std::size_t kConditionsMax = 20;

/// Parses `channel='webhook' and createdDate >= '2026-01-01'`. A value stands in single quotes, of
/// which two mean one; a number may stand without. `and` in any case. Empty text has no condition.
/// Errors: InvalidArgument with the place (from 1) and what is expected there.
Result<std::vector<Condition>> parseWhere(std::string_view text);

}  // namespace ferry::api
