#pragma once
// Finding a place in a table by time without an index over times: keys are given in the order of
// time, but where the clock was set back between two runs.

#include "store/sqlite/connection.h"

namespace ferry::store::sqlite {

/// The first key of a row that was made at `time` or later; one more than the last if there is
/// none. `ends` gives the first and the last key, 1 and 0 if there is no row; `first_in` the first
/// row of
/// [?, ?], as its key and its time.
Result<std::int64_t> firstKeyAt(
    Connection& connection, const char* ends, const char* first_in, TimePoint time
);

}  // namespace ferry::store::sqlite
