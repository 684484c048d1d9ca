// Removing instances: the row first, then everything that leads with its id, in small transactions,
// so that other writes get their turn between them.

#include "store/sqlite/sqlite_instance_store.h"
#include "store/sqlite/sqlite_subscription_store.h"

#include <array>

namespace ferry::store::sqlite {
namespace {

// About 5 ms each, measured with 700-byte events.
constexpr int kRowsPerTransaction = 2000;

/// Deletes at most kRowsPerTransaction rows of an instance by one of these.
/// Deliveries go before the events they need.
constexpr std::array kSteps = {
    "DELETE FROM attempt WHERE delivery_id IN "
    "(SELECT id FROM delivery WHERE instance_id = ?1 ORDER BY id LIMIT ?2)",
    "DELETE FROM delivery WHERE id IN "
    "(SELECT id FROM delivery WHERE instance_id = ?1 ORDER BY id LIMIT ?2)",
    "DELETE FROM event WHERE number IN "
    "(SELECT number FROM event WHERE instance_id = ?1 LIMIT ?2)",
    "DELETE FROM object WHERE instance_id = ?1 AND storage_key IN "
    "(SELECT storage_key FROM object WHERE instance_id = ?1 LIMIT ?2)",
    "DELETE FROM lost_object WHERE instance_id = ?1 AND object_id IN "
    "(SELECT object_id FROM lost_object WHERE instance_id = ?1 LIMIT ?2)",
    "DELETE FROM folder_move WHERE instance_id = ?1 AND from_key IN "
    "(SELECT from_key FROM folder_move WHERE instance_id = ?1 LIMIT ?2)",
    "DELETE FROM tombstone WHERE instance_id = ?1 AND object_id IN "
    "(SELECT object_id FROM tombstone WHERE instance_id = ?1 LIMIT ?2)",
    "DELETE FROM inbox WHERE number IN "
    "(SELECT number FROM inbox WHERE instance_id = ?1 LIMIT ?2)",
};

Status removeRow(Connection& connection, InstanceId id) {
    FERRY_TRY(endSubscription(connection, id));
    FERRY_TRY(connection.query("DELETE FROM instance WHERE id = ?").bind(id).run());
    if (connection.changes() == 0) return {};
    FERRY_TRY(connection.query("DELETE FROM token WHERE instance_id = ?").bind(id).run());
    FERRY_TRY(connection.query("DELETE FROM notice WHERE instance_id = ?").bind(id).run());
    FERRY_TRY(connection.query("DELETE FROM sync_position WHERE instance_id = ?").bind(id).run());
    FERRY_TRY(connection.query("DELETE FROM cursor_request WHERE instance_id = ?").bind(id).run());
    FERRY_TRY(connection.query("DELETE FROM message WHERE instance_id = ?").bind(id).run());
    return connection.query("INSERT INTO removed_instance (instance_id) VALUES (?)").bind(id).run();
}

/// Removes some rows of removed instances; gives whether nothing is left.
Result<bool> sweepSome(Connection& connection) {
    std::int64_t budget = kRowsPerTransaction;
    while (budget > 0) {
        std::int64_t id = 0;
        {
            auto next = connection.query("SELECT instance_id FROM removed_instance LIMIT 1");
            FERRY_TRY_ASSIGN(const bool has_row, next.step());
            if (!has_row) return true;
            id = next.integer(0);
        }
        for (std::size_t i = 0; i < kSteps.size() && budget > 0; ++i) {
            FERRY_TRY(connection.query(kSteps[i]).bind(id, budget).run());
            // The attempts are those of the deliveries that the next step takes: a delivery has a
            // handful at most, and they count towards nothing.
            if (i != 0) budget -= connection.changes();
        }
        if (budget <= 0) return false;
        FERRY_TRY(
            connection.query("DELETE FROM removed_instance WHERE instance_id = ?").bind(id).run()
        );
        --budget;
    }
    return false;
}

}  // namespace

Status SqliteInstanceStore::remove(std::span<const InstanceId> ids) {
    FERRY_TRY(core_.write(
        [ids](Connection& connection) -> Status {
            for (const InstanceId id : ids)
                FERRY_TRY(removeRow(connection, id));
            return {};
        },
        [this, ids] {
            core_.accounts.clear();
            for (const InstanceId id : ids)
                core_.notices.end(id, std::nullopt);
        }
    ));
    return sweepRemoved();
}

Status SqliteInstanceStore::sweepRemoved() {
    for (bool is_done = false; !is_done;) {
        FERRY_TRY(core_.write([&is_done](Connection& connection) -> Status {
            FERRY_TRY_ASSIGN(is_done, sweepSome(connection));
            return {};
        }));
    }
    return {};
}

}  // namespace ferry::store::sqlite
