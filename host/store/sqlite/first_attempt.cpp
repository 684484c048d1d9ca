#include "store/sqlite/first_attempt.h"

#include "base/utf8.h"
#include "store/delivery_store.h"

namespace ferry::store::sqlite {

Result<bool> recordFirstAttempt(Connection& connection, const AttemptOutcome& outcome) {
    const bool took_it = outcome.was_sent && outcome.state == DeliveryState::Delivered &&
                         outcome.error.empty() && outcome.error_class.empty() &&
                         outcome.planned_at == TimePoint();
    if (!took_it) return false;
    // Without an end of a last attempt there was none.
    FERRY_TRY(connection
                  .query("UPDATE delivery SET state = ?, attempt_count = ?, next_attempt_at = ?, "
                         "finished_at = ?, last_status = ?, last_error = '', latency_ms = ?, "
                         "answer = ? WHERE id = ? AND instance_id = ? AND finished_at = 0")
                  .bind(
                      outcome.state,
                      outcome.attempt_count,
                      outcome.next_attempt_at,
                      outcome.finished_at,
                      outcome.status,
                      outcome.latency.count(),
                      truncateUtf8(outcome.answer, kAttemptAnswerBytesMax),
                      outcome.delivery,
                      outcome.instance
                  )
                  .run());
    return connection.changes() > 0;
}

Status logFirstAttempt(Connection& connection, DeliveryId delivery) {
    FERRY_TRY(connection
                  .query("INSERT INTO attempt (delivery_id, n, finished_at, status, latency_ms, "
                         "error, error_class, answer, next_attempt_at) "
                         "SELECT id, 1, finished_at, last_status, latency_ms, '', '', answer, 0 "
                         "FROM delivery WHERE id = ? AND latency_ms IS NOT NULL")
                  .bind(delivery)
                  .run());
    if (connection.changes() == 0) return {};
    return connection.query("UPDATE delivery SET latency_ms = NULL, answer = '' WHERE id = ?")
        .bind(delivery)
        .run();
}

}  // namespace ferry::store::sqlite
