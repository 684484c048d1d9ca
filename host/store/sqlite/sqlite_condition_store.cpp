#include "store/sqlite/sqlite_condition_store.h"

#include "base/utf8.h"
#include "store/delivery_store.h"

namespace ferry::store::sqlite {

Result<std::vector<Condition>> SqliteConditionStore::all() {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id, kind, subject, since, reason, instances, ended_at, is_told FROM condition "
            "ORDER BY id"
        );
        return collect<Condition>(rows, [](const Query& row) {
            Condition condition;
            condition.id = ConditionId(row.integer(0));
            condition.kind = row.as<ConditionKind>(1);
            condition.subject = row.integer(2);
            condition.since = row.time(3);
            condition.reason = row.text(4);
            condition.instances = row.text(5);
            condition.ended_at = row.time(6);
            condition.is_told = row.integer(7) != 0;
            return condition;
        });
    });
}

Status SqliteConditionStore::write(const ConditionChanges& changes) {
    return core_.write([&](Connection& connection) -> Status {
        auto removal = connection.query("DELETE FROM condition WHERE id = ?");
        for (const ConditionId id : changes.removed)
            FERRY_TRY(removal.bind(id).run());
        auto change =
            connection.query("UPDATE condition SET ended_at = ?, is_told = ? WHERE id = ?");
        for (const Condition& condition : changes.changed)
            FERRY_TRY(change.bind(condition.ended_at, condition.is_told, condition.id).run());
        auto insert = connection.query(
            "INSERT INTO condition (kind, subject, since, reason, instances, ended_at, is_told) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        );
        for (const Condition& condition : changes.opened) {
            insert.bind(
                condition.kind,
                condition.subject,
                condition.since,
                truncateUtf8(condition.reason, kAttemptErrorBytesMax),
                condition.instances,
                condition.ended_at,
                condition.is_told
            );
            FERRY_TRY(insert.run());
        }
        return {};
    });
}

}  // namespace ferry::store::sqlite
