#include "store/sqlite/sqlite_sync_store.h"

#include "store/sqlite/object_rows.h"

namespace ferry::store::sqlite {
namespace {

/// Looks each key up with `sql` (instance, key), in the order of the keys.
template <typename Row, typename Decode>
Result<std::vector<std::optional<Row>>> lookUp(
    Connection& connection,
    const char* sql,
    InstanceId instance,
    std::span<const std::string> keys,
    Decode decode
) {
    std::vector<std::optional<Row>> rows;
    rows.reserve(keys.size());
    auto query = connection.query(sql);
    for (const std::string& key : keys) {
        FERRY_TRY_ASSIGN(const bool has_row, query.bind(instance, key).step());
        if (has_row)
            rows.push_back(decode(query));
        else
            rows.push_back(std::nullopt);
    }
    return rows;
}

/// The keys of what is below a path: from `first` up to `end`, which is not one of them.
struct KeysBelow {
    explicit KeysBelow(std::string_view path_key)
        : first(std::string(path_key) + '/'), end(std::string(path_key) + '0') {}
    std::string first;
    std::string end;  // '0' is the character after '/'
};

/// True if `sql` (instance) gives no row: of most instances nothing is lost and nothing was deleted,
/// and one look saves one for each key.
Result<bool> hasNone(Connection& connection, const char* sql, InstanceId instance) {
    auto query = connection.query(sql);
    FERRY_TRY_ASSIGN(const bool has_row, query.bind(instance).step());
    return !has_row;
}

}  // namespace

Result<SyncPosition> SqliteSyncStore::position(InstanceId instance) {
    return core_.read([&](Connection& connection) -> Result<SyncPosition> {
        auto row = connection.query(
            "SELECT phase, cursor, generation, event_sequence, window_round, window_until_ms "
            "FROM sync_position WHERE instance_id = ?"
        );
        SyncPosition position;
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(instance).step());
        if (!has_row) return position;
        position.phase = row.as<SyncPhase>(0);
        position.cursor = row.text(1);
        position.generation = row.as<std::uint32_t>(2);
        position.event_sequence = row.as<std::uint64_t>(3);
        position.window_round = row.as<std::uint32_t>(4);
        position.window_until_ms = row.integer(5);
        return position;
    });
}

/// The place and what follows it are neighbours, so one look tells both, but where names that begin
/// with the place's stand between ("/a b" and "/a.txt" before "/a/b").
Result<std::vector<IndexPlace>> SqliteSyncStore::placesAt(
    InstanceId instance, std::span<const std::string> storage_keys
) {
    return core_.read([&](Connection& connection) -> Result<std::vector<IndexPlace>> {
        std::vector<IndexPlace> places(storage_keys.size());
        auto next = connection.query(
            "SELECT " FERRY_OBJECT_COLUMNS " FROM object WHERE instance_id = ?"
            " AND storage_key >= ? ORDER BY storage_key LIMIT 1"
        );
        auto below = connection.query("SELECT 1 FROM object WHERE instance_id = ?"
                                      " AND storage_key >= ? AND storage_key < ? LIMIT 1");
        for (std::size_t i = 0; i < places.size(); ++i) {
            const std::string& key = storage_keys[i];
            FERRY_TRY_ASSIGN(const bool has_next, next.bind(instance, key).step());
            const std::string_view next_key = has_next ? next.view(0) : std::string_view();
            if (!next_key.starts_with(key)) continue;
            if (next_key.size() == key.size()) {
                places[i].entry = readEntry(next);
                continue;
            }
            const KeysBelow keys(key);
            if (next_key >= keys.first) {
                places[i].has_below = next_key < keys.end;
                continue;
            }
            below.bind(instance, keys.first, keys.end);
            FERRY_TRY_ASSIGN(places[i].has_below, below.step());
        }
        return places;
    });
}

Result<std::vector<std::optional<IndexEntry>>> SqliteSyncStore::entriesById(
    InstanceId instance, std::span<const std::string> object_ids
) {
    return core_.read([&](Connection& connection) {
        return lookUp<IndexEntry>(
            connection,
            "SELECT " FERRY_OBJECT_COLUMNS " FROM object WHERE instance_id = ? AND object_id = ?",
            instance,
            object_ids,
            readEntry
        );
    });
}

Result<std::vector<IndexEntry>> SqliteSyncStore::entriesBelow(
    InstanceId instance, std::string_view path_key, std::string_view after_key, std::size_t limit
) {
    const KeysBelow keys(path_key);
    const bool is_first_page = after_key < keys.first;
    return core_.read([&](Connection& connection) {
        auto rows = is_first_page
                        ? connection.query("SELECT " FERRY_OBJECT_COLUMNS
                                           " FROM object WHERE instance_id = ? AND storage_key >= ?"
                                           " AND storage_key < ? ORDER BY storage_key LIMIT ?")
                        : connection.query("SELECT " FERRY_OBJECT_COLUMNS
                                           " FROM object WHERE instance_id = ? AND storage_key > ?"
                                           " AND storage_key < ? ORDER BY storage_key LIMIT ?");
        const std::string_view from = is_first_page ? std::string_view(keys.first) : after_key;
        rows.bind(instance, from, keys.end, limit);
        return collect<IndexEntry>(rows, readEntry);
    });
}

Result<std::vector<IndexEntry>> SqliteSyncStore::entriesOlderThan(
    InstanceId instance, std::uint32_t generation, std::string_view after_key, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_OBJECT_COLUMNS
                                     " FROM object WHERE instance_id = ? AND storage_key > ?"
                                     " AND generation < ? ORDER BY storage_key LIMIT ?");
        rows.bind(instance, after_key, generation, limit);
        return collect<IndexEntry>(rows, readEntry);
    });
}

Result<std::vector<std::optional<LostObject>>> SqliteSyncStore::lostById(
    InstanceId instance, std::span<const std::string> object_ids
) {
    using Lost = std::vector<std::optional<LostObject>>;
    return core_.read([&](Connection& connection) -> Result<Lost> {
        FERRY_TRY_ASSIGN(
            const bool has_none,
            hasNone(connection, "SELECT 1 FROM lost_object WHERE instance_id = ? LIMIT 1", instance)
        );
        if (has_none) return Lost(object_ids.size());
        return lookUp<LostObject>(
            connection,
            "SELECT " FERRY_LOST_COLUMNS
            " FROM lost_object WHERE instance_id = ? AND object_id = ?",
            instance,
            object_ids,
            readLost
        );
    });
}

Result<std::vector<LostObject>> SqliteSyncStore::lost(InstanceId instance, std::size_t limit) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_LOST_COLUMNS
                                     " FROM lost_object WHERE instance_id = ?"
                                     " ORDER BY path_key, object_id LIMIT ?");
        rows.bind(instance, limit);
        return collect<LostObject>(rows, readLost);
    });
}

Result<std::vector<LostObject>> SqliteSyncStore::lostUnder(
    InstanceId instance, std::string_view path_key
) {
    const KeysBelow keys(path_key);
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_LOST_COLUMNS
                                     " FROM lost_object WHERE instance_id = ? AND (path_key = ?"
                                     " OR (path_key >= ? AND path_key < ?))");
        rows.bind(instance, path_key, keys.first, keys.end);
        return collect<LostObject>(rows, readLost);
    });
}

Result<std::vector<FolderMove>> SqliteSyncStore::folderMoves(InstanceId instance) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_MOVE_COLUMNS
                                     " FROM folder_move WHERE instance_id = ? ORDER BY from_key");
        rows.bind(instance);
        return collect<FolderMove>(rows, readMove);
    });
}

Result<std::vector<bool>> SqliteSyncStore::hasTombstones(
    InstanceId instance, std::span<const std::string> object_ids
) {
    return core_.read([&](Connection& connection) -> Result<std::vector<bool>> {
        FERRY_TRY_ASSIGN(
            const bool has_none,
            hasNone(connection, "SELECT 1 FROM tombstone WHERE instance_id = ? LIMIT 1", instance)
        );
        if (has_none) return std::vector<bool>(object_ids.size());
        std::vector<bool> found;
        found.reserve(object_ids.size());
        auto query =
            connection.query("SELECT 1 FROM tombstone WHERE instance_id = ? AND object_id = ?");
        for (const std::string& object_id : object_ids) {
            FERRY_TRY_ASSIGN(const bool has_row, query.bind(instance, object_id).step());
            found.push_back(has_row);
        }
        return found;
    });
}

}  // namespace ferry::store::sqlite
