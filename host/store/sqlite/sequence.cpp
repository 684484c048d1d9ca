#include "store/sqlite/sequence.h"

#include <fmt/format.h>

namespace ferry::store::sqlite {

Result<std::int64_t> takeNumbers(Connection& connection, std::string_view name, std::size_t count) {
    auto update =
        connection.query("UPDATE sequence SET last = last + ?2 WHERE name = ?1 RETURNING last");
    FERRY_TRY_ASSIGN(const bool has_row, update.bind(name, count).step());
    if (!has_row) {
        return fail(ErrorCode::Corrupt, fmt::format("store: there is no sequence '{}'", name));
    }
    const std::int64_t last = update.integer(0);
    FERRY_TRY(update.run());
    return last - static_cast<std::int64_t>(count) + 1;
}

}  // namespace ferry::store::sqlite
