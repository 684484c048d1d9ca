// How callbacks are held back: for a while in memory, for good in their rows.
#include "base/utf8.h"
#include "store/sqlite/callback_switch.h"
#include "store/sqlite/sqlite_delivery_store.h"

namespace ferry::store::sqlite {

Result<bool> switchCallbackOn(Connection& connection, CallbackId callback, TimePoint now) {
    FERRY_TRY(connection
                  .query("UPDATE callback SET off_at = 0, off_reason = '' WHERE id = ? "
                         "AND off_at <> 0")
                  .bind(callback)
                  .run());
    if (connection.changes() == 0) return false;
    FERRY_TRY(connection
                  .query("UPDATE delivery SET next_attempt_at = ?1 WHERE callback_id = ?2 "
                         "AND state = 0 AND attempt_count > 0 AND next_attempt_at > ?1")
                  .bind(now, callback)
                  .run());
    return true;
}

void SqliteDeliveryStore::pace(CallbackId callback, const CallbackPace& pace) {
    core_.deliveries.pace(callback, pace);
}

Status SqliteDeliveryStore::switchOff(CallbackId callback, TimePoint now, std::string_view reason) {
    return core_.write(
        [&](Connection& connection) -> Status {
            return connection.query("UPDATE callback SET off_at = ?, off_reason = ? WHERE id = ?")
                .bind(now, truncateUtf8(reason, kAttemptErrorBytesMax), callback)
                .run();
        },
        [&] { core_.deliveries.setOff(callback, true); }
    );
}

Status SqliteDeliveryStore::switchOn(CallbackId callback, TimePoint now) {
    bool was_off = false;
    return core_.write(
        [&](Connection& connection) -> Status {
            FERRY_TRY_ASSIGN(was_off, switchCallbackOn(connection, callback, now));
            return {};
        },
        [&] {
            if (!was_off) return;
            core_.deliveries.noteDue(callback, now);
            core_.deliveries.setOff(callback, false);
        }
    );
}

Result<std::vector<CallbackSwitchedOff>> SqliteDeliveryStore::switchedOff() {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id, off_at, off_reason FROM callback WHERE off_at <> 0 ORDER BY off_at, id"
        );
        return collect<CallbackSwitchedOff>(rows, [](const Query& row) {
            return CallbackSwitchedOff{CallbackId(row.integer(0)), row.time(1), row.text(2)};
        });
    });
}

}  // namespace ferry::store::sqlite
