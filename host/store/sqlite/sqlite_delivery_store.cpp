#include "store/sqlite/sqlite_delivery_store.h"

#include "base/utf8.h"
#include "store/sqlite/callback_limits.h"
#include "store/sqlite/callback_moves.h"
#include "store/sqlite/delivery_rows.h"
#include "store/sqlite/first_attempt.h"

#include <algorithm>
#include <limits>
#include <set>

namespace ferry::store::sqlite {
namespace {

/// What may wait (AttemptOutcome) does so for a commit of others: less than a webhook waits for its
/// own, because live deliveries wait along with it.
constexpr Milliseconds kRecordPatience{2};

/// Writes one outcome; gives whether the delivery is still there.
Result<bool> recordOne(Connection& connection, const AttemptOutcome& outcome) {
    FERRY_TRY_ASSIGN(const bool is_done, recordFirstAttempt(connection, outcome));
    if (is_done) return true;
    FERRY_TRY(logFirstAttempt(connection, outcome.delivery));
    const std::string_view error = truncateUtf8(outcome.error, kAttemptErrorBytesMax);
    FERRY_TRY(connection
                  .query("UPDATE delivery SET state = ?, attempt_count = ?, "
                         "next_attempt_at = ?, finished_at = ?, last_status = ?, last_error = ? "
                         "WHERE id = ? AND instance_id = ?")
                  .bind(
                      outcome.state,
                      outcome.attempt_count,
                      outcome.next_attempt_at,
                      outcome.finished_at,
                      outcome.status,
                      error,
                      outcome.delivery,
                      outcome.instance
                  )
                  .run());
    if (connection.changes() == 0) return false;
    if (!outcome.was_sent) return true;
    // Numbered by the log and not by attempt_count, which a redelivery may set back.
    FERRY_TRY(connection
                  .query("INSERT INTO attempt (delivery_id, n, finished_at, status, latency_ms, "
                         "error, error_class, answer, next_attempt_at) "
                         "SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 "
                         "FROM attempt WHERE delivery_id = ?1")
                  .bind(
                      outcome.delivery,
                      outcome.finished_at,
                      outcome.status,
                      outcome.latency.count(),
                      error,
                      outcome.error_class,
                      truncateUtf8(outcome.answer, kAttemptAnswerBytesMax),
                      outcome.planned_at
                  )
                  .run());
    return true;
}

}  // namespace

Result<std::vector<Delivery>> SqliteDeliveryStore::lease(const DeliveryLeaseRequest& request) {
    FERRY_TRY(core_.checkWritable());
    return core_.read([&](Connection& connection) {
        return core_.deliveries.lease(connection, request);
    });
}

Result<std::optional<TimePoint>> SqliteDeliveryStore::nextDue(std::size_t per_callback_limit) {
    return core_.read([&](Connection& connection) {
        return core_.deliveries.nextDue(connection, per_callback_limit);
    });
}

Status SqliteDeliveryStore::record(std::span<const AttemptOutcome> outcomes) {
    std::vector<CallbackId> queues;  // that they wait in; none if they do not
    const bool may_wait = std::all_of(
        outcomes.begin(), outcomes.end(), [](const AttemptOutcome& one) { return one.may_wait; }
    );
    return core_.write(
        [&](Connection& connection) -> Status {
            queues.clear();
            for (const AttemptOutcome& outcome : outcomes) {
                FERRY_TRY_ASSIGN(const bool found, recordOne(connection, outcome));
                FERRY_TRY(noteCallbackUse(connection, outcome));
                CallbackId queue;
                if (found && outcome.state == DeliveryState::Waiting) {
                    FERRY_TRY_ASSIGN(
                        queue, followInstance(connection, outcome.delivery, outcome.callback)
                    );
                }
                queues.push_back(queue);
            }
            return {};
        },
        [&] {
            for (std::size_t i = 0; i < outcomes.size(); ++i) {
                const AttemptOutcome& outcome = outcomes[i];
                const bool stays = queues[i] && queues[i] == outcome.callback;
                core_.deliveries.end(
                    outcome.delivery,
                    outcome.callback,
                    outcome.lane,
                    stays ? std::optional(outcome.next_attempt_at) : std::nullopt,
                    outcome.lane_held_until
                );
                if (queues[i] && !stays) {
                    core_.deliveries.noteDue(queues[i], outcome.lane, outcome.next_attempt_at);
                }
            }
        },
        outcomes.size() * 256,
        may_wait ? kRecordPatience : Milliseconds(0)
    );
}

Result<SharedLimits> SqliteDeliveryStore::limits(CallbackId callback) {
    return core_.read([&](Connection& connection) { return readSharedLimits(connection, callback); }
    );
}

void SqliteDeliveryStore::attempted(const Delivery& delivery) {
    core_.deliveries.attempted(delivery.id, delivery.callback, delivery.lane);
}

void SqliteDeliveryStore::release(std::span<const Delivery> deliveries) {
    for (const Delivery& delivery : deliveries)
        core_.deliveries.end(
            delivery.id, delivery.callback, delivery.lane, delivery.next_attempt_at
        );
}

Status SqliteDeliveryStore::planAgain(TimePoint now) {
    std::set<std::pair<CallbackId, LaneId>> changed;
    const auto note = [&changed](Query& rows) -> Status {
        for (;;) {
            FERRY_TRY_ASSIGN(const bool has_row, rows.step());
            if (!has_row) return {};
            changed.emplace(CallbackId(rows.integer(0)), LaneId(rows.integer(1)));
        }
    };
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            // Index named: the other order would read everything that was ever delivered.
            auto follow = connection.query(
                "UPDATE delivery INDEXED BY delivery_waiting "
                "SET callback_id = instance.callback_id, "
                "next_attempt_at = " FERRY_DUE_AT_ANOTHER_CALLBACK
                " FROM instance WHERE delivery.state = 0 "
                "AND instance.id = delivery.instance_id "
                "AND instance.callback_id NOT IN (0, delivery.callback_id) "
                "RETURNING callback_id, lane"
            );
            FERRY_TRY(note(follow));
            auto update = connection.query(
                "UPDATE delivery SET next_attempt_at = ?1 + CASE attempt_count WHEN 0 THEN 0 "
                "ELSE max(0, next_attempt_at - finished_at) END "
                "WHERE state = 0 AND next_attempt_at > ?1 AND max(created_at, finished_at) > ?1 "
                "RETURNING callback_id, lane"
            );
            return note(update.bind(now));
        },
        [&] {
            for (const auto& [callback, lane] : changed)
                core_.deliveries.noteDue(callback, lane, now);
        }
    ));
    return core_.read([&](Connection& connection) {
        return core_.deliveries.loadHolds(connection, now);
    });
}

Result<bool> SqliteDeliveryStore::acknowledge(InstanceId instance, DeliveryId id) {
    bool is_there = false;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(connection
                      .query("UPDATE delivery SET acknowledged = 1 WHERE id = ? AND instance_id = ?"
                      )
                      .bind(id, instance)
                      .run());
        is_there = connection.changes() > 0;
        return {};
    }));
    return is_there;
}

Result<std::optional<Delivery>> SqliteDeliveryStore::find(InstanceId instance, DeliveryId id) {
    return core_.read([&](Connection& connection) {
        auto row = connection.query("SELECT " FERRY_DELIVERY_COLUMNS
                                    " FROM delivery WHERE id = ? AND instance_id = ?");
        row.bind(id, instance);
        return collectOne<Delivery>(row, readDelivery);
    });
}

Result<std::vector<Delivery>> SqliteDeliveryStore::page(
    InstanceId instance, DeliveryId before, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_DELIVERY_COLUMNS
                                     " FROM delivery WHERE instance_id = ? AND id < ?"
                                     " ORDER BY id DESC LIMIT ?");
        rows.bind(
            instance, before ? before.value : std::numeric_limits<std::int64_t>::max(), limit
        );
        return collect<Delivery>(rows, readDelivery);
    });
}

Result<std::vector<DeliveryAttempt>> SqliteDeliveryStore::attempts(
    InstanceId instance, DeliveryId id, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT n, attempt.finished_at, status, attempt.latency_ms, error, error_class, "
            "attempt.answer, attempt.next_attempt_at "
            "FROM delivery JOIN attempt ON delivery_id = delivery.id "
            "WHERE delivery.id = ?1 AND instance_id = ?2 UNION ALL "
            "SELECT 1, finished_at, last_status, latency_ms, '', '', answer, 0 FROM delivery "
            "WHERE id = ?1 AND instance_id = ?2 AND latency_ms IS NOT NULL "
            "ORDER BY n DESC LIMIT ?3"
        );
        rows.bind(id, instance, limit);
        return collect<DeliveryAttempt>(rows, [](const Query& row) {
            return DeliveryAttempt{
                row.as<unsigned>(0),
                row.time(1),
                row.as<int>(2),
                Milliseconds(row.integer(3)),
                row.text(4),
                row.text(5),
                row.text(6),
                row.integer(7) == 0 ? std::nullopt : std::optional(row.time(7)),
            };
        });
    });
}

Result<std::vector<FailingDeliveries>> SqliteDeliveryStore::failing() {
    return core_.read([&](Connection& connection) {
        // Both halves read what waits and nothing of what was delivered; left to itself, SQLite may
        // take the index that has the instances in order and all deliveries. Columns beside the one
        // max() are of the row that has it.
        auto rows = connection.query(
            "WITH failing AS ("
            "SELECT instance_id, count(*) AS waiting, max(finished_at) AS last_at, last_status, "
            "last_error FROM delivery INDEXED BY delivery_waiting WHERE state = 0 "
            "GROUP BY instance_id HAVING sum(attempt_count) > 0), "
            "first_attempt AS ("
            "SELECT instance_id, min(attempt.finished_at) AS since "
            "FROM delivery INDEXED BY delivery_waiting "
            "JOIN attempt ON delivery_id = delivery.id AND n = 1 "
            "WHERE state = 0 AND attempt_count > 0 GROUP BY instance_id) "
            "SELECT instance_id, waiting, since, last_at, last_status, last_error "
            "FROM failing JOIN first_attempt USING (instance_id) ORDER BY instance_id"
        );
        return collect<FailingDeliveries>(rows, [](const Query& row) {
            return FailingDeliveries{
                InstanceId(row.integer(0)),
                row.integer(1),
                row.time(2),
                row.time(3),
                row.as<int>(4),
                row.text(5),
            };
        });
    });
}

}  // namespace ferry::store::sqlite
