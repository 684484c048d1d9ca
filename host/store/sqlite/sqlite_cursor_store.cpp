#include "store/sqlite/sqlite_cursor_store.h"

#include "store/sqlite/instance_rows.h"
#include "store/sqlite/sync_commit.h"

namespace ferry::store::sqlite {

Result<std::optional<CursorStatus>> SqliteCursorStore::status(InstanceId instance) {
    using Found = std::optional<CursorStatus>;
    FERRY_TRY_ASSIGN(Found found, core_.read([&](Connection& connection) -> Result<Found> {
        auto row = connection.query(
            "SELECT request, drained_at, due_at, failures FROM instance "
            "LEFT JOIN notice ON notice.instance_id = instance.id "
            "LEFT JOIN cursor_request ON cursor_request.instance_id = instance.id "
            "WHERE instance.id = ?"
        );
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(instance).step());
        if (!has_row) return Found();
        CursorStatus status;
        if (!row.isNull(0)) status.request = row.as<CursorRequest>(0);
        if (row.integer(1) != 0) status.drained_at = row.time(1);
        if (!row.isNull(2)) status.due_at = row.time(2);
        status.failures = row.as<unsigned>(3);
        return Found(std::move(status));
    }));
    if (!found) return found;
    FERRY_TRY_ASSIGN(found->position, sync_.position(instance));
    return found;
}

Status SqliteCursorStore::request(InstanceId instance, CursorRequest request, TimePoint now) {
    return core_.write(
        [=](Connection& connection) -> Status {
            FERRY_TRY(checkInstanceIsThere(connection, instance));
            FERRY_TRY(connection
                          .query("INSERT OR REPLACE INTO cursor_request (instance_id, request) "
                                 "VALUES (?, ?)")
                          .bind(instance, request)
                          .run());
            // As a webhook marks it: a drain that is under way is followed by another one.
            return connection
                .query(
                    "UPDATE notice SET due_at = min(due_at, ?), mark = mark + 1 "
                    "WHERE instance_id = ? AND due_at IS NOT NULL"
                )
                .bind(now, instance)
                .run();
        },
        [this, now] { core_.notices.noteDue(now); }
    );
}

Result<std::optional<CursorRequest>> SqliteCursorStore::requested(InstanceId instance) {
    return core_.read([&](Connection& connection) {
        auto row = connection.query("SELECT request FROM cursor_request WHERE instance_id = ?");
        row.bind(instance);
        return collectOne<CursorRequest>(row, [](const Query& found) {
            return found.as<CursorRequest>(0);
        });
    });
}

Status SqliteCursorStore::begin(
    InstanceId instance, CursorRequest request, const SyncPosition& position
) {
    return core_.write([&](Connection& connection) -> Status {
        // One that came after this one was read stays, for the next drain.
        FERRY_TRY(connection
                      .query("DELETE FROM cursor_request WHERE instance_id = ? AND request = ?")
                      .bind(instance, request)
                      .run());
        return writePosition(connection, instance, position);
    });
}

}  // namespace ferry::store::sqlite
