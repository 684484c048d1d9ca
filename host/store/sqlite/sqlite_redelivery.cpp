// Of SqliteReplayStore what is asked for singly: deliveries that wait again, and single events.

#include "store/sqlite/callback_moves.h"
#include "store/sqlite/callback_switch.h"
#include "store/sqlite/first_attempt.h"
#include "store/sqlite/redelivered_rows.h"
#include "store/sqlite/replay_rows.h"
#include "store/sqlite/sqlite_replay_store.h"

#include <algorithm>
#include <set>

namespace ferry::store::sqlite {
namespace {

/// Deliveries that are looked at for the place behind others that were asked for.
constexpr int kAskedForLook = 64;

/// Makes the delivery wait again, due at `now`, or in its old place of its lane; nullopt if there
/// is none, or none of its events is in the log any more: it would be a dead letter at once.
Result<std::optional<WaitsAgain>> waitAgain(
    Connection& connection, const DeliveryKey& key, TimePoint now
) {
    FERRY_TRY(logFirstAttempt(connection, key.id));
    auto update = connection.query(
        "UPDATE delivery SET state = 0, attempt_count = 0, next_attempt_at = CASE "
        "WHEN lane = 0 THEN ?1 WHEN state = 0 THEN min(next_attempt_at, ?1) "
        "ELSE min(created_at, ?1) END, "
        "origin = CASE WHEN origin = 0 AND (state <> 0 OR attempt_count > 0) THEN 1 "
        "ELSE origin END "
        "WHERE id = ?2 AND instance_id = ?3 AND EXISTS (SELECT 1 FROM event NOT INDEXED WHERE "
        "event.instance_id = ?3 AND number BETWEEN first_event AND last_event) RETURNING "
        "callback_id, lane, next_attempt_at"
    );
    FERRY_TRY_ASSIGN(const bool has_row, update.bind(now, key.id, key.instance).step());
    if (!has_row) return std::optional<WaitsAgain>();
    const WaitsAgain waits{
        CallbackId(update.integer(0)), LaneId(update.integer(1)), update.time(2)};
    FERRY_TRY(update.run());
    return std::optional(waits);
}

/// When something is due that somebody asks for singly: before what waits for the callback, behind
/// others that were asked for.
Result<TimePoint> firstPlace(
    Connection& connection, Core& core, CallbackId callback, DeliveryId id, TimePoint now
) {
    auto rows = connection.query(
        "SELECT next_attempt_at, origin IN (1, 2) AND attempt_count = 0 FROM delivery "
        "INDEXED BY delivery_waiting WHERE state = 0 AND callback_id = ? AND lane = 0 AND id <> ? "
        "ORDER BY next_attempt_at, id LIMIT ?"
    );
    rows.bind(callback, id, kAskedForLook);
    constexpr Milliseconds kBefore{1};
    TimePoint place = now;
    for (bool is_asked_for = true; is_asked_for;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) break;
        is_asked_for = rows.integer(1) != 0;
        place = std::min(now, is_asked_for ? rows.time(0) : rows.time(0) - kBefore);
    }
    const auto lane = core.deliveries.firstLane(callback);
    return lane ? std::min(place, *lane - kBefore) : place;
}

Status setDue(Connection& connection, DeliveryId id, TimePoint due_at) {
    return connection.query("UPDATE delivery SET next_attempt_at = ? WHERE id = ?")
        .bind(due_at, id)
        .run();
}

}  // namespace

Status makeWait(
    Connection& connection, Core& core, std::span<const DeliveryKey> keys, Redelivered& again
) {
    for (const DeliveryKey& key : keys) {
        FERRY_TRY_ASSIGN(auto waits, waitAgain(connection, key, again.now));
        if (!waits) continue;
        // One that is attempted just now follows when that is over.
        if (!core.deliveries.isLeased(waits->callback, key.id)) {
            FERRY_TRY_ASSIGN(waits->callback, followInstance(connection, key.id, waits->callback));
            if (again.goes_first && !waits->lane) {
                FERRY_TRY_ASSIGN(
                    waits->due_at, firstPlace(connection, core, waits->callback, key.id, again.now)
                );
                FERRY_TRY(setDue(connection, key.id, waits->due_at));
            }
        }
        again.waiting.push_back(*waits);
    }
    return {};
}

void tellSchedule(Core& core, const Redelivered& again) {
    for (const WaitsAgain& waits : again.waiting) {
        core.deliveries.noteDue(waits.callback, waits.lane, waits.due_at);
        core.deliveries.endHold(waits.callback, waits.lane, again.now);
    }
}

Result<std::size_t> SqliteReplayStore::redeliver(std::span<const DeliveryKey> keys, TimePoint now) {
    Redelivered again{now, true};
    FreedCallbacks freed;
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            again.waiting.clear();
            freed.clear();
            std::set<CallbackId> callbacks;
            FERRY_TRY(makeWait(connection, core_, keys, again));
            for (const WaitsAgain& waits : again.waiting)
                callbacks.insert(waits.callback);
            for (const CallbackId callback : callbacks)
                FERRY_TRY(freed.free(connection, callback));
            return {};
        },
        [&] {
            tellSchedule(core_, again);
            freed.tell(core_);
        },
        keys.size() * 256
    ));
    FERRY_TRY(freed.bringForward(core_, now));
    return again.waiting.size();
}

Result<std::optional<DeliveryId>> SqliteReplayStore::redeliverEvent(
    InstanceId instance, EventNumber event, CallbackId callback, TimePoint now
) {
    std::optional<DeliveryId> made;
    TimePoint due_at;
    FreedCallbacks freed;
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            made.reset();
            freed.clear();
            auto row = connection.query("SELECT 1 FROM event WHERE number = ? AND instance_id = ?");
            FERRY_TRY_ASSIGN(const bool exists, row.bind(event, instance).step());
            if (!exists) return {};
            FERRY_TRY_ASSIGN(
                const DeliveryId id,
                insertCopy(
                    connection,
                    {instance, callback, event, event},
                    DeliveryOrigin::Request,
                    ReplayId(),
                    now
                )
            );
            if (!id) return {};
            made = id;
            FERRY_TRY_ASSIGN(due_at, firstPlace(connection, core_, callback, id, now));
            FERRY_TRY(setDue(connection, id, due_at));
            return freed.free(connection, callback);
        },
        [&] {
            if (made) core_.deliveries.noteDue(callback, LaneId(), due_at);
            freed.tell(core_);
        }
    ));
    FERRY_TRY(freed.bringForward(core_, now));
    return made;
}

}  // namespace ferry::store::sqlite
