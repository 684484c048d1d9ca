// Of SqliteReplayStore the jobs that make many deliveries again, a few at a time.

#include "store/sqlite/callback_limits.h"
#include "store/sqlite/callback_switch.h"
#include "store/sqlite/redelivered_rows.h"
#include "store/sqlite/replay_rows.h"
#include "store/sqlite/sqlite_replay_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace ferry::store::sqlite {
namespace {

/// Callbacks that one step looks at.
constexpr std::size_t kCallbacksPerStep = 64;

struct Plan {
    std::vector<DeliveryKey> due;    ///< to be made due
    std::vector<DeliveryId> forget;  ///< they wait no more, or are gone
    CallbackId looked_at;            ///< none: there are no more callbacks behind
    std::int64_t room = 0;
    bool is_left = false;  ///< something is to be made due, now or later
};

/// What was made due before: counts what still waits, by callback.
Result<std::map<CallbackId, std::int64_t>> countWaiting(
    Connection& connection, ReplayId replay, Plan& plan
) {
    auto rows = connection.query(
        "SELECT r.delivery_id, r.callback_id, r.replay_id, d.attempt_count "
        "FROM redelivery r INDEXED BY redelivery_made "
        "LEFT JOIN delivery d ON d.id = r.delivery_id AND d.state = 0 WHERE r.is_made = 1"
    );
    std::map<CallbackId, std::int64_t> waiting;
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return waiting;
        if (!rows.isNull(3)) {
            ++waiting[CallbackId(rows.integer(1))];
            if (rows.integer(3) == 0) --plan.room;
        } else if (ReplayId(rows.integer(2)) == replay) {
            plan.forget.emplace_back(rows.integer(0));
        }
    }
}

/// The first ones of a callback, as many as there is room for.
Status planCallback(
    Connection& connection, ReplayId replay, CallbackId callback, std::int64_t room, Plan& plan
) {
    auto rows = connection.query(
        "SELECT r.delivery_id, d.instance_id FROM redelivery r INDEXED BY redelivery_left "
        "LEFT JOIN delivery d ON d.id = r.delivery_id AND d.state = r.state "
        "WHERE r.replay_id = ? AND r.is_made = 0 AND r.callback_id = ? ORDER BY r.delivery_id "
        "LIMIT ?"
    );
    rows.bind(replay, callback, room);
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return {};
        if (rows.isNull(1)) {
            plan.forget.emplace_back(rows.integer(0));
        } else {
            plan.due.push_back({InstanceId(rows.integer(1)), DeliveryId(rows.integer(0))});
        }
    }
}

Result<Plan> planStep(Connection& connection, ReplayId replay, const RedeliveryLimits& limits) {
    Plan plan;
    plan.room = limits.untried_max;
    FERRY_TRY_ASSIGN(const auto waiting, countWaiting(connection, replay, plan));
    plan.looked_at = limits.after;
    auto left =
        connection.query("SELECT 1 FROM redelivery WHERE replay_id = ? AND is_made = 0 LIMIT 1");
    FERRY_TRY_ASSIGN(plan.is_left, left.bind(replay).step());
    auto next = connection.query(
        "SELECT callback_id FROM redelivery INDEXED BY redelivery_left "
        "WHERE replay_id = ? AND is_made = 0 AND callback_id > ? ORDER BY callback_id LIMIT 1"
    );
    for (std::size_t i = 0; i < kCallbacksPerStep; ++i) {
        const auto budget = std::min<std::int64_t>(plan.room, limits.deliveries) -
                            static_cast<std::int64_t>(plan.due.size());
        if (budget <= 0) return plan;
        FERRY_TRY_ASSIGN(const bool has_row, next.bind(replay, plan.looked_at).step());
        if (!has_row) {
            plan.looked_at = CallbackId();
            return plan;
        }
        plan.looked_at = CallbackId(next.integer(0));
        const auto found = waiting.find(plan.looked_at);
        const std::int64_t taken = found == waiting.end() ? 0 : found->second;
        FERRY_TRY_ASSIGN(const SharedLimits shared, readSharedLimits(connection, plan.looked_at));
        const std::int64_t room = std::min(budget, shared.replayShare(limits.per_callback) - taken);
        if (room <= 0) continue;
        FERRY_TRY(planCallback(connection, replay, plan.looked_at, room, plan));
    }
    return plan;
}

Status writeStep(
    Connection& connection, Core& core, ReplayId replay, const Plan& plan, Redelivered& again
) {
    FERRY_TRY(makeWait(connection, core, plan.due, again));
    auto forget = connection.query("DELETE FROM redelivery WHERE delivery_id = ?");
    for (const DeliveryId id : plan.forget)
        FERRY_TRY(forget.bind(id).run());
    auto made = connection.query("UPDATE redelivery SET is_made = 1 WHERE delivery_id = ?");
    for (const DeliveryKey& key : plan.due)
        FERRY_TRY(made.bind(key.id).run());
    auto count = connection.query(
        "UPDATE replay SET deliveries_n = deliveries_n + ?, updated_at = ?, "
        "state = CASE WHEN EXISTS (SELECT 1 FROM redelivery WHERE replay_id = ?3 AND is_made = 0) "
        "THEN 0 ELSE 1 END WHERE id = ?3 AND state = 0 RETURNING state"
    );
    FERRY_TRY_ASSIGN(const bool runs, count.bind(again.waiting.size(), again.now, replay).step());
    if (!runs) {
        return fail(ErrorCode::Conflict, fmt::format("replay {} does not run", replay.value));
    }
    again.is_done = count.integer(0) != 0;
    FERRY_TRY(count.run());
    if (!again.is_done) return {};
    return connection.query("DELETE FROM redelivery WHERE replay_id = ?").bind(replay).run();
}

struct Asked {
    std::set<CallbackId> callbacks;
    std::int64_t count = 0;  ///< in the job
};

/// One that is in a job already, and not made due by it, stays where it is. One that waits for a
/// callback that is switched off is in none: it goes out when the callback is switched on.
Result<Asked> putIntoJob(
    Connection& connection, ReplayId replay, std::span<const DeliveryKey> keys
) {
    auto find = connection.query(
        "SELECT d.callback_id, d.state = 0 AND c.off_at <> 0 FROM delivery d "
        "LEFT JOIN callback c ON c.id = d.callback_id WHERE d.id = ? AND d.instance_id = ?"
    );
    auto put = connection.query(
        "INSERT INTO redelivery (delivery_id, replay_id, callback_id, state, is_made) "
        "SELECT id, ?, callback_id, state, 0 FROM delivery WHERE id = ? "
        "ON CONFLICT (delivery_id) DO UPDATE SET replay_id = excluded.replay_id, "
        "callback_id = excluded.callback_id, state = excluded.state, is_made = 0 "
        "WHERE is_made = 1"
    );
    Asked asked;
    for (const DeliveryKey& key : keys) {
        FERRY_TRY_ASSIGN(const bool has_row, find.bind(key.id, key.instance).step());
        if (!has_row) continue;
        asked.callbacks.emplace(find.integer(0));
        const bool is_freed = !find.isNull(1) && find.integer(1) != 0;
        if (is_freed) continue;
        FERRY_TRY(put.bind(replay, key.id).run());
        asked.count += connection.changes();
    }
    return asked;
}

}  // namespace

Result<ReplayId> SqliteReplayStore::createRedelivery(
    const Replay& replay, std::span<const DeliveryKey> keys
) {
    ReplayId id;
    FreedCallbacks freed;
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            freed.clear();
            FERRY_TRY_ASSIGN(id, insertReplay(connection, replay));
            FERRY_TRY_ASSIGN(const Asked asked, putIntoJob(connection, id, keys));
            for (const CallbackId callback : asked.callbacks)
                FERRY_TRY(freed.free(connection, callback));
            return connection.query("UPDATE replay SET matched_n = ? WHERE id = ?")
                .bind(asked.count, id)
                .run();
        },
        [&] { freed.tell(core_); },
        keys.size() * 64
    ));
    FERRY_TRY(freed.bringForward(core_, replay.created_at));
    return id;
}

Result<RedeliveryStep> SqliteReplayStore::redeliverSome(
    ReplayId replay, const RedeliveryLimits& limits, TimePoint now
) {
    FERRY_TRY_ASSIGN(const Plan plan, core_.read([&](Connection& connection) {
        return planStep(connection, replay, limits);
    }));
    // With nothing to do but to wait it writes nothing.
    const bool is_idle = plan.due.empty() && plan.forget.empty();
    if (is_idle && plan.is_left) return RedeliveryStep{0, false, plan.looked_at};
    Redelivered again;
    again.now = now;
    FERRY_TRY(core_.write(
        [&](Connection& connection) {
            again.waiting.clear();
            return writeStep(connection, core_, replay, plan, again);
        },
        [&] { tellSchedule(core_, again); },
        plan.due.size() * 256
    ));
    return RedeliveryStep{again.waiting.size(), again.is_done, plan.looked_at};
}

}  // namespace ferry::store::sqlite
