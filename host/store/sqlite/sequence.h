#pragma once
// Numbers that are given out once, whatever becomes of the rows they were given to.

#include "store/sqlite/connection.h"

#include <string_view>

namespace ferry::store::sqlite {

/// Takes `count` numbers of the sequence; gives the first.
Result<std::int64_t> takeNumbers(Connection& connection, std::string_view name, std::size_t count);

}  // namespace ferry::store::sqlite
