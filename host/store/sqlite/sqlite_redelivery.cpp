// Of SqliteReplayStore what is asked for singly: deliveries that wait again, and single events.

#include "store/sqlite/callback_moves.h"
#include "store/sqlite/callback_switch.h"
#include "store/sqlite/replay_rows.h"
#include "store/sqlite/sqlite_replay_store.h"

#include <set>

namespace ferry::store::sqlite {
namespace {

/// Makes the delivery wait again, due at `now`; gives its callback, or none if there is none.
Result<CallbackId> waitAgain(Connection& connection, const DeliveryKey& key, TimePoint now) {
    auto update = connection.query(
        "UPDATE delivery SET state = 0, attempt_count = 0, next_attempt_at = ?, "
        "origin = CASE origin WHEN 0 THEN 1 ELSE origin END "
        "WHERE id = ? AND instance_id = ? RETURNING callback_id"
    );
    FERRY_TRY_ASSIGN(const bool has_row, update.bind(now, key.id, key.instance).step());
    if (!has_row) return CallbackId();
    const CallbackId callback(update.integer(0));
    FERRY_TRY(update.run());
    return callback;
}

}  // namespace

Result<std::size_t> SqliteReplayStore::redeliver(std::span<const DeliveryKey> keys, TimePoint now) {
    std::size_t count = 0;
    std::set<CallbackId> callbacks;
    std::set<CallbackId> switched_on;
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            count = 0;
            switched_on.clear();
            for (const DeliveryKey& key : keys) {
                FERRY_TRY_ASSIGN(CallbackId callback, waitAgain(connection, key, now));
                if (!callback) continue;
                // One that is attempted just now follows when that is over.
                if (!core_.deliveries.isLeased(callback, key.id)) {
                    FERRY_TRY_ASSIGN(callback, followInstance(connection, key.id, callback));
                }
                ++count;
                callbacks.insert(callback);
            }
            for (const CallbackId callback : callbacks) {
                FERRY_TRY_ASSIGN(const bool was_off, switchCallbackOn(connection, callback, now));
                if (was_off) switched_on.insert(callback);
            }
            return {};
        },
        [&] {
            for (const CallbackId callback : callbacks)
                core_.deliveries.noteDue(callback, now);
            for (const CallbackId callback : switched_on)
                core_.deliveries.setOff(callback, false);
        },
        keys.size() * 256
    ));
    return count;
}

Result<std::optional<DeliveryId>> SqliteReplayStore::redeliverEvent(
    InstanceId instance, EventNumber event, CallbackId callback, TimePoint now
) {
    std::optional<DeliveryId> made;
    bool was_off = false;
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            made.reset();
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
            FERRY_TRY_ASSIGN(was_off, switchCallbackOn(connection, callback, now));
            return {};
        },
        [&] {
            if (made) core_.deliveries.noteDue(callback, now);
            if (was_off) core_.deliveries.setOff(callback, false);
        }
    ));
    return made;
}

}  // namespace ferry::store::sqlite
