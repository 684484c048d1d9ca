#include "store/sqlite/time_search.h"

namespace ferry::store::sqlite {

Result<std::int64_t> firstKeyAt(
    Connection& connection, const char* ends, const char* first_in, TimePoint time
) {
    auto both = connection.query(ends);
    FERRY_TRY(both.step());
    std::int64_t low = both.integer(0);
    std::int64_t high = both.integer(1);
    auto row = connection.query(first_in);
    while (low <= high) {
        const std::int64_t middle = low + (high - low) / 2;
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(middle, high).step());
        if (has_row && row.time(1) < time) {
            low = row.integer(0) + 1;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

}  // namespace ferry::store::sqlite
