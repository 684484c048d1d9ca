#include "store/sqlite/callback_limits.h"

namespace ferry::store::sqlite {

Result<SharedLimits> readSharedLimits(Connection& connection, CallbackId callback) {
    SharedLimits limits;
    auto row = connection.query(
        "SELECT rate_full_at, "
        "(SELECT concurrency FROM instance WHERE callback_id = ?1 AND callback_id <> 0 "
        "ORDER BY concurrency LIMIT 1), "
        "(SELECT concurrency FROM instance WHERE callback_id = ?1 AND callback_id <> 0 "
        "AND concurrency > 0 ORDER BY concurrency LIMIT 1) "
        "FROM callback WHERE id = ?1"
    );
    FERRY_TRY_ASSIGN(const bool has_row, row.bind(callback).step());
    if (!has_row) return limits;
    limits.rate_full_at = row.time(0);
    limits.leaves_concurrency = !row.isNull(1) && row.integer(1) == 0;
    if (!row.isNull(2)) limits.concurrency = row.as<std::size_t>(2);
    auto slowest = connection.query(
        "SELECT rate_count, rate_period_ms FROM instance WHERE callback_id = ? AND rate_count > 0 "
        "ORDER BY CAST(rate_period_ms AS REAL) / rate_count DESC LIMIT 1"
    );
    FERRY_TRY_ASSIGN(const bool has_rate, slowest.bind(callback).step());
    if (has_rate) limits.rate = RateLimit{slowest.integer(0), Milliseconds(slowest.integer(1))};
    return limits;
}

Status noteRateUse(Connection& connection, const AttemptOutcome& outcome) {
    if (outcome.rate_full_at == TimePoint()) return {};
    return connection.query("UPDATE callback SET rate_full_at = ? WHERE id = ?")
        .bind(outcome.rate_full_at, outcome.callback)
        .run();
}

}  // namespace ferry::store::sqlite
