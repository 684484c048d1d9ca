// How callbacks are held back, for a while in memory, for good in their rows; and what goes out at
// once when they are back.
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

Result<std::size_t> SqliteDeliveryStore::bringForward(
    CallbackId callback, TimePoint now, std::size_t limit
) {
    std::vector<std::int64_t> ids;
    FERRY_TRY_ASSIGN(
        ids,
        core_.read([&](Connection& connection) {
            auto rows = connection.query(
                "SELECT id FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND "
                "callback_id = ? AND next_attempt_at > ? AND attempt_count > 0 "
                "ORDER BY next_attempt_at, id LIMIT ?"
            );
            rows.bind(callback, now, limit);
            return collect<std::int64_t>(rows, [](const Query& row) { return row.integer(0); });
        })
    );
    if (ids.empty()) return std::size_t{0};  // most callbacks have none: no transaction for them
    FERRY_TRY(core_.write(
        [&](Connection& connection) -> Status {
            for (const std::int64_t id : ids) {
                FERRY_TRY(connection
                              .query("UPDATE delivery SET next_attempt_at = ?1 WHERE id = ?2 AND "
                                     "state = 0 AND attempt_count > 0 AND next_attempt_at > ?1")
                              .bind(now, id)
                              .run());
            }
            return {};
        },
        [&] { core_.deliveries.noteDue(callback, now); },
        ids.size() * 64
    ));
    return ids.size();
}

Result<std::vector<CallbackId>> SqliteDeliveryStore::dueLater(TimePoint now) {
    return core_.read([&](Connection& connection) -> Result<std::vector<CallbackId>> {
        auto next = connection.query(
            "SELECT callback_id FROM delivery INDEXED BY delivery_waiting "
            "WHERE state = 0 AND callback_id > ? ORDER BY callback_id LIMIT 1"
        );
        auto latest = connection.query(
            "SELECT next_attempt_at FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND "
            "callback_id = ? ORDER BY next_attempt_at DESC LIMIT 1"
        );
        std::vector<CallbackId> callbacks;
        for (CallbackId last;;) {
            FERRY_TRY_ASSIGN(const bool has_row, next.bind(last).step());
            if (!has_row) return callbacks;
            last = CallbackId(next.integer(0));
            FERRY_TRY_ASSIGN(const bool has_latest, latest.bind(last).step());
            if (has_latest && latest.time(0) > now) callbacks.push_back(last);
        }
    });
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
