#include "store/sqlite/sqlite_replay_store.h"

#include "store/sqlite/callback_limits.h"
#include "store/sqlite/replay_rows.h"

#include <fmt/format.h>

#include <limits>

namespace ferry::store::sqlite {
namespace {

/// Deliveries of a replay that one transaction of `cancel` removes.
constexpr int kRowsPerTransaction = 1'000;
/// What a replay makes waits so long for a commit of others. Less than one of its steps.
constexpr Milliseconds kAdvancePatience{5};

Result<bool> isRunning(Connection& connection, ReplayId id) {
    auto row = connection.query("SELECT 1 FROM replay WHERE id = ? AND state = 0");
    return row.bind(id).step();
}

Status writeCounts(Connection& connection, const ReplayProgress& progress) {
    const ReplayCounts& added = progress.added;
    return connection
        .query(
            "UPDATE replay SET opened_until = ?, instances_n = instances_n + ?, "
            "skipped_n = skipped_n + ?, examined_n = examined_n + ?, matched_n = matched_n + ?, "
            "deliveries_n = deliveries_n + ?, updated_at = ?, state = ? WHERE id = ?"
        )
        .bind(
            progress.opened_until,
            added.instances,
            added.skipped,
            added.examined,
            added.matched,
            added.deliveries,
            progress.now,
            progress.is_done ? ReplayState::Done : ReplayState::Running,
            progress.replay
        )
        .run();
}

Status writeParts(Connection& connection, const ReplayProgress& progress) {
    auto put = connection.query(
        "INSERT OR REPLACE INTO replay_part (replay_id, instance_id, next_event) VALUES (?, ?, ?)"
    );
    for (const ReplayPart& part : progress.parts)
        FERRY_TRY(put.bind(progress.replay, part.instance, part.next_event).run());
    auto remove =
        connection.query("DELETE FROM replay_part WHERE replay_id = ? AND instance_id = ?");
    for (const InstanceId instance : progress.parts_done)
        FERRY_TRY(remove.bind(progress.replay, instance).run());
    return {};
}

/// Removes waiting deliveries of the replay, at most kRowsPerTransaction; gives how many.
Result<std::int64_t> removeWaiting(Connection& connection, ReplayId id) {
    FERRY_TRY(connection
                  .query("DELETE FROM attempt WHERE delivery_id IN (SELECT id FROM delivery "
                         "INDEXED BY delivery_replay WHERE state = 0 AND replay_id <> 0 "
                         "AND replay_id = ? ORDER BY callback_id, id LIMIT ?)")
                  .bind(id, kRowsPerTransaction)
                  .run());
    FERRY_TRY(connection
                  .query("DELETE FROM delivery WHERE id IN (SELECT id FROM delivery "
                         "INDEXED BY delivery_replay WHERE state = 0 AND replay_id <> 0 "
                         "AND replay_id = ? ORDER BY callback_id, id LIMIT ?)")
                  .bind(id, kRowsPerTransaction)
                  .run());
    return connection.changes();
}

}  // namespace

Result<ReplayId> SqliteReplayStore::create(const Replay& replay) {
    ReplayId id;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY_ASSIGN(id, insertReplay(connection, replay));
        return {};
    }));
    return id;
}

Result<std::optional<Replay>> SqliteReplayStore::find(ReplayId id) {
    return core_.read([&](Connection& connection) {
        auto row = connection.query("SELECT " FERRY_REPLAY_COLUMNS " FROM replay WHERE id = ?");
        row.bind(id);
        return collectOne<Replay>(row, readReplay);
    });
}

Result<std::vector<Replay>> SqliteReplayStore::page(ReplayId before, std::size_t limit) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_REPLAY_COLUMNS
                                     " FROM replay WHERE id < ? ORDER BY id DESC LIMIT ?");
        rows.bind(before ? before.value : std::numeric_limits<std::int64_t>::max(), limit);
        return collect<Replay>(rows, readReplay);
    });
}

Result<std::vector<Replay>> SqliteReplayStore::running(std::size_t limit) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_REPLAY_COLUMNS
                                     " FROM replay WHERE state = 0 ORDER BY id LIMIT ?");
        rows.bind(limit);
        return collect<Replay>(rows, readReplay);
    });
}

Result<std::vector<ReplayPart>> SqliteReplayStore::parts(
    ReplayId id, InstanceId after, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT instance_id, next_event FROM replay_part WHERE replay_id = ? "
            "AND instance_id > ? ORDER BY instance_id LIMIT ?"
        );
        rows.bind(id, after, limit);
        return collect<ReplayPart>(rows, [](const Query& row) {
            return ReplayPart{InstanceId(row.integer(0)), EventNumber(row.integer(1))};
        });
    });
}

Result<std::int64_t> SqliteReplayStore::room(CallbackId callback, std::size_t per_callback) {
    return core_.read([&](Connection& connection) -> Result<std::int64_t> {
        auto row = connection.query(
            "SELECT count(*) FROM delivery INDEXED BY delivery_replay "
            "WHERE state = 0 AND replay_id <> 0 AND callback_id = ?"
        );
        FERRY_TRY(row.bind(callback).step());
        FERRY_TRY_ASSIGN(const SharedLimits limits, readSharedLimits(connection, callback));
        return limits.replayShare(per_callback) - row.integer(0);
    });
}

Result<std::int64_t> SqliteReplayStore::untried() {
    return core_.read([&](Connection& connection) -> Result<std::int64_t> {
        auto row = connection.query(
            "SELECT count(*) FROM delivery INDEXED BY delivery_untried "
            "WHERE state = 0 AND replay_id <> 0 AND attempt_count = 0"
        );
        FERRY_TRY(row.step());
        return row.integer(0);
    });
}

Status SqliteReplayStore::advance(const ReplayProgress& progress) {
    return core_.write(
        [&](Connection& connection) -> Status {
            FERRY_TRY_ASSIGN(const bool is_running, isRunning(connection, progress.replay));
            if (!is_running) {
                return fail(
                    ErrorCode::Conflict,
                    fmt::format("replay {} does not run", progress.replay.value)
                );
            }
            FERRY_TRY(writeCounts(connection, progress));
            FERRY_TRY(writeParts(connection, progress));
            for (const ReplayedPage& page : progress.pages) {
                FERRY_TRY(insertCopy(
                    connection, page, DeliveryOrigin::Replay, progress.replay, progress.now
                ));
            }
            return {};
        },
        [&] {
            for (const ReplayedPage& page : progress.pages)
                core_.deliveries.noteDue(page.callback, LaneId(), progress.now);
        },
        (progress.parts.size() + progress.pages.size()) * 256,
        kAdvancePatience
    );
}

Result<bool> SqliteReplayStore::cancel(ReplayId id, TimePoint now) {
    bool was_running = false;
    std::int64_t removed = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(connection
                      .query("UPDATE replay SET state = ?, updated_at = ? WHERE id = ? "
                             "AND state = 0")
                      .bind(ReplayState::Cancelled, now, id)
                      .run());
        was_running = connection.changes() > 0;
        removed = 0;
        if (!was_running) return {};
        FERRY_TRY(connection.query("DELETE FROM replay_part WHERE replay_id = ?").bind(id).run());
        FERRY_TRY(connection.query("DELETE FROM redelivery WHERE replay_id = ?").bind(id).run());
        // With the end, as far as it goes: a replay has few deliveries that wait at any time.
        FERRY_TRY_ASSIGN(removed, removeWaiting(connection, id));
        return {};
    }));
    while (removed == kRowsPerTransaction) {
        FERRY_TRY(core_.write([&](Connection& connection) -> Status {
            FERRY_TRY_ASSIGN(removed, removeWaiting(connection, id));
            return {};
        }));
    }
    return was_running;
}

Result<ReplayOutcomes> SqliteReplayStore::outcomes(ReplayId id) {
    return core_.read([&](Connection& connection) -> Result<ReplayOutcomes> {
        auto rows = connection.query(
            "SELECT state, count(*) FROM delivery INDEXED BY delivery_of_replay "
            "WHERE replay_id = ? AND replay_id <> 0 GROUP BY state"
        );
        FERRY_TRY_ASSIGN(auto counts, countStates<DeliveryState>(rows.bind(id)));
        auto untried = connection.query(
            "SELECT count(*) FROM delivery INDEXED BY delivery_untried "
            "WHERE state = 0 AND replay_id = ? AND replay_id <> 0 AND attempt_count = 0"
        );
        FERRY_TRY(untried.bind(id).step());
        ReplayOutcomes outcomes;
        outcomes.untried = untried.integer(0);
        outcomes.failing = counts[DeliveryState::Waiting] - outcomes.untried;
        outcomes.delivered = counts[DeliveryState::Delivered];
        outcomes.dead = counts[DeliveryState::Dead];
        return outcomes;
    });
}

/// Of a job, which may have any number left, the callbacks are found one after the other.
Result<std::vector<CallbackId>> SqliteReplayStore::callbacksLeft(ReplayId id, std::size_t limit) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "WITH RECURSIVE job (callback_id) AS ("
            "SELECT min(callback_id) FROM redelivery WHERE replay_id = ?1 AND is_made = 0 "
            "UNION ALL SELECT (SELECT min(r.callback_id) FROM redelivery r "
            "WHERE r.replay_id = ?1 AND r.is_made = 0 AND r.callback_id > job.callback_id) "
            "FROM job WHERE callback_id IS NOT NULL LIMIT ?2) "
            "SELECT callback_id FROM job WHERE callback_id IS NOT NULL "
            "UNION SELECT callback_id FROM delivery INDEXED BY delivery_replay "
            "WHERE state = 0 AND replay_id <> 0 AND replay_id = ?1 "
            "UNION SELECT i.callback_id FROM replay_part p JOIN instance i ON i.id = p.instance_id "
            "WHERE p.replay_id = ?1 AND i.callback_id <> 0 ORDER BY 1 LIMIT ?2"
        );
        rows.bind(id, limit);
        return collect<CallbackId>(rows, [](const Query& row) {
            return CallbackId(row.integer(0));
        });
    });
}

Result<std::size_t> SqliteReplayStore::prune(TimePoint before, std::size_t limit) {
    std::size_t count = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(connection
                      .query("DELETE FROM replay WHERE id IN (SELECT id FROM replay "
                             "WHERE state <> 0 AND updated_at < ? ORDER BY updated_at LIMIT ?)")
                      .bind(before, limit)
                      .run());
        count = static_cast<std::size_t>(connection.changes());
        return {};
    }));
    return count;
}

}  // namespace ferry::store::sqlite
