#include "store/sqlite/callback_limits.h"

namespace ferry::store::sqlite {

Result<SharedLimits> readSharedLimits(Connection& connection, CallbackId callback) {
    SharedLimits limits;
    auto row = connection.query(
        "SELECT rate_full_at, held_until, "
        "(SELECT concurrency FROM instance WHERE callback_id = ?1 AND callback_id <> 0 "
        "ORDER BY concurrency LIMIT 1), "
        "(SELECT concurrency FROM instance WHERE callback_id = ?1 AND callback_id <> 0 "
        "AND concurrency > 0 ORDER BY concurrency LIMIT 1) "
        "FROM callback WHERE id = ?1"
    );
    FERRY_TRY_ASSIGN(const bool has_row, row.bind(callback).step());
    if (!has_row) return limits;
    limits.rate_full_at = row.time(0);
    limits.held_until = row.time(1);
    limits.leaves_concurrency = !row.isNull(2) && row.integer(2) == 0;
    if (!row.isNull(3)) limits.concurrency = row.as<std::size_t>(3);
    auto slowest = connection.query(
        "SELECT rate_count, rate_period_ms FROM instance WHERE callback_id = ? AND rate_count > 0 "
        "ORDER BY CAST(rate_period_ms AS REAL) / rate_count DESC LIMIT 1"
    );
    FERRY_TRY_ASSIGN(const bool has_rate, slowest.bind(callback).step());
    if (has_rate) limits.rate = RateLimit{slowest.integer(0), Milliseconds(slowest.integer(1))};
    return limits;
}

Status noteCallbackUse(Connection& connection, const AttemptOutcome& outcome) {
    if (outcome.callback_held_until != TimePoint()) {
        FERRY_TRY(connection
                      .query("UPDATE callback SET held_until = max(held_until, ?) WHERE id = ?")
                      .bind(outcome.callback_held_until, outcome.callback)
                      .run());
    }
    if (outcome.rate_full_at == TimePoint()) return {};
    return connection.query("UPDATE callback SET rate_full_at = ? WHERE id = ?")
        .bind(outcome.rate_full_at, outcome.callback)
        .run();
}

}  // namespace ferry::store::sqlite
