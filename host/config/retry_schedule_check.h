#pragma once
// When failed callbacks are tried again, as people write it.

#include "config/field_table.h"

#include <optional>
#include <string_view>

namespace ferry::config {

/// What the pattern lets through and is no duration, or a longer one than any delivery should wait.
std::optional<ValueProblem> checkRetrySchedule(std::string_view text);

}  // namespace ferry::config
