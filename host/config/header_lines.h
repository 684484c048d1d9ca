#pragma once
// The further headers of callbacks, one in a line.

#include "config/field_table.h"

#include <optional>
#include <string_view>

namespace ferry::config {

/// True if HTTP has headers of this name (RFC 9110, 5.1).
bool isHeaderName(std::string_view name);

/// What is wrong with them, line by line, without their values; nullopt if nothing is.
std::optional<ValueProblem> checkHeaderLines(std::string_view text);

bool hasAuthorizationLine(std::string_view headers);

}  // namespace ferry::config
