// What one commit writes. Order of the parts: removals before puts, as the interface says; events
// get their numbers here.

#include "store/sqlite/sync_commit.h"

#include "store/sqlite/instance_rows.h"
#include "store/sqlite/notice_queue.h"
#include "store/sqlite/sequence.h"
#include "store/sqlite/trace_column.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::store::sqlite {
namespace {

// What a row of the index costs with its keys, about; only bounds the group.
constexpr std::size_t kIndexRowBytes = 400;

Status deleteEach(
    Connection& connection,
    const char* sql,
    InstanceId instance,
    const std::vector<std::string>& keys
) {
    auto removal = connection.query(sql);
    for (const std::string& key : keys)
        FERRY_TRY(removal.bind(instance, key).run());
    return {};
}

Status writeIndex(Connection& connection, const SyncCommit& commit) {
    FERRY_TRY(deleteEach(
        connection,
        "DELETE FROM object WHERE instance_id = ? AND storage_key = ?",
        commit.instance,
        commit.index_removals
    ));
    // REPLACE also drops the row of the same object at another key: an object has one place.
    auto put = connection.query(
        "INSERT OR REPLACE INTO object (instance_id, storage_key, object_id, path, name, kind, "
        "revision, content_hash, size, modified_ms, modified_by, object_type, generation) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    for (const IndexEntry& entry : commit.index_puts) {
        const IndexedObject& object = entry.object;
        const std::string key = storageKey(object);
        put.bind(
            commit.instance,
            key,
            object.object_id,
            object.path,
            object.name,
            object.kind,
            object.revision,
            object.content_hash,
            object.size,
            object.modified_ms,
            object.modified_by,
            object.object_type,
            entry.generation
        );
        FERRY_TRY(put.run());
    }
    return {};
}

Status writeLost(Connection& connection, const SyncCommit& commit) {
    FERRY_TRY(deleteEach(
        connection,
        "DELETE FROM lost_object WHERE instance_id = ? AND object_id = ?",
        commit.instance,
        commit.lost_removals
    ));
    auto put = connection.query(
        "INSERT OR REPLACE INTO lost_object (instance_id, object_id, path_key, path, name, kind, "
        "revision, content_hash, size, modified_ms, modified_by, object_type, event_id, "
        "cascade_of, "
        "raw, lost_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    for (const LostObject& lost : commit.lost_puts) {
        put.bind(
            commit.instance,
            lost.object.object_id,
            lost.object.path_key,
            lost.object.path,
            lost.object.name,
            lost.object.kind,
            lost.object.revision,
            lost.object.content_hash,
            lost.object.size,
            lost.object.modified_ms,
            lost.object.modified_by,
            lost.object.object_type,
            lost.event_id,
            lost.cascade_of,
            lost.raw,
            lost.lost_at_ms
        );
        FERRY_TRY(put.run());
    }
    return {};
}

Status writeFolderMoves(Connection& connection, const SyncCommit& commit) {
    if (commit.clears_folder_moves) {
        FERRY_TRY(connection.query("DELETE FROM folder_move WHERE instance_id = ?")
                      .bind(commit.instance)
                      .run());
    }
    auto put = connection.query(
        "INSERT OR REPLACE INTO folder_move (instance_id, object_id, event_id, from_key, to_key, "
        "cascade_of) VALUES (?, ?, ?, ?, ?, ?)"
    );
    for (const FolderMove& move : commit.folder_move_puts) {
        put.bind(
            commit.instance,
            move.object_id,
            move.event_id,
            move.from_key,
            move.to_key,
            move.cascade_of
        );
        FERRY_TRY(put.run());
    }
    return {};
}

Status writeTombstones(Connection& connection, const SyncCommit& commit) {
    FERRY_TRY(deleteEach(
        connection,
        "DELETE FROM tombstone WHERE instance_id = ? AND object_id = ?",
        commit.instance,
        commit.tombstone_removals
    ));
    auto put = connection.query(
        "INSERT OR REPLACE INTO tombstone (instance_id, object_id, deleted_at) VALUES (?, ?, ?)"
    );
    for (const IndexedObject& object : commit.tombstone_puts)
        FERRY_TRY(put.bind(commit.instance, object.object_id, commit.now).run());
    return {};
}

/// A page of events, to become a delivery.
struct Page {
    std::int64_t first = 0;
    std::int64_t last = 0;
    LaneId lane;
};

std::vector<Page> pagesOf(const SyncCommit& commit, std::int64_t first_event) {
    std::vector<Page> pages;
    const auto add = [&](std::int64_t first, std::size_t count, LaneId lane) {
        const std::int64_t end = first + static_cast<std::int64_t>(count);
        for (; first < end; first += commit.events_per_delivery)
            pages.push_back({first, std::min(first + commit.events_per_delivery, end) - 1, lane});
        return end;
    };
    if (commit.lanes.empty()) add(first_event, commit.events.size() - commit.logged_only, LaneId());
    for (const LaneRun& run : commit.lanes)
        first_event = add(first_event, run.events, run.lane);
    return pages;
}

Status writeDeliveries(Connection& connection, const SyncCommit& commit, std::int64_t first_event) {
    const std::vector<Page> pages = pagesOf(commit, first_event);
    if (pages.empty()) return {};
    FERRY_TRY_ASSIGN(std::int64_t id, takeNumbers(connection, "delivery", pages.size()));
    auto insert = connection.query(
        "INSERT INTO delivery (id, instance_id, callback_id, first_event, last_event, state, "
        "attempt_count, next_attempt_at, created_at, finished_at, last_status, last_error, trace, "
        "lane, records_first, records_last) "
        "VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, 0, 0, '', ?, ?, ?, ?)"
    );
    const TraceColumn trace(commit.trace);
    const bool repeats = commit.repeats_records && pages.size() > 1;
    const std::int64_t records_first = repeats ? pages.front().first : 0;
    const std::int64_t records_last = repeats ? pages.back().last : 0;
    for (const Page& page : pages) {
        insert.bind(
            id++,
            commit.instance,
            commit.callback,
            page.first,
            page.last,
            commit.now,
            commit.now,
            trace.blob(),
            page.lane,
            records_first,
            records_last
        );
        FERRY_TRY(insert.run());
    }
    return {};
}

Status writeEvents(Connection& connection, const SyncCommit& commit) {
    if (commit.events.empty()) return {};
    FERRY_TRY_ASSIGN(
        const std::int64_t first, takeNumbers(connection, "event", commit.events.size())
    );
    auto insert = connection.query(
        "INSERT INTO event (number, instance_id, id, type, object_kind, object_type, recorded_at, "
        "body, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    std::int64_t number = first;
    for (const RecordedEvent& event : commit.events) {
        insert.bind(
            number++,
            commit.instance,
            event.id,
            event.type,
            event.object_kind,
            event.object_type,
            event.recorded_at,
            event.body,
            event.raw
        );
        FERRY_TRY(insert.run());
    }
    if (!commit.callback) return {};
    return writeDeliveries(connection, commit, first);
}

}  // namespace

Status writePosition(Connection& connection, InstanceId instance, const SyncPosition& position) {
    return connection
        .query(
            "INSERT OR REPLACE INTO sync_position (instance_id, phase, cursor, generation, "
            "event_sequence, window_round, window_until_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        .bind(
            instance,
            position.phase,
            position.cursor,
            position.generation,
            position.event_sequence,
            position.window_round,
            position.window_until_ms
        )
        .run();
}

std::size_t bytesOf(const SyncCommit& commit) {
    std::size_t bytes = (commit.index_puts.size() + commit.index_removals.size() +
                         commit.lost_puts.size() + commit.tombstone_puts.size()) *
                        kIndexRowBytes;
    for (const RecordedEvent& event : commit.events)
        bytes += event.body.size() + event.raw.size();
    return bytes;
}

Status writeCommit(
    Connection& connection, const SyncCommit& commit, std::optional<TimePoint>& notice_due_at
) {
    FERRY_TRY(checkInstanceIsThere(connection, commit.instance));
    FERRY_TRY(writePosition(connection, commit.instance, commit.position));
    if (commit.account_state) {
        FERRY_TRY(connection
                      .query("UPDATE instance SET account_state = ?, "
                             "updated_at = max(updated_at, ?) WHERE id = ?")
                      .bind(*commit.account_state, commit.now, commit.instance)
                      .run());
    }
    FERRY_TRY(writeIndex(connection, commit));
    FERRY_TRY(writeLost(connection, commit));
    FERRY_TRY(writeFolderMoves(connection, commit));
    FERRY_TRY(writeTombstones(connection, commit));
    FERRY_TRY(writeEvents(connection, commit));
    if (!commit.notice) return {};
    const TraceContext next_trace = commit.keeps_trace ? commit.notice->trace : TraceContext();
    FERRY_TRY_ASSIGN(
        notice_due_at,
        finishNotice(connection, *commit.notice, commit.next_due_at, commit.now, 0, next_trace)
    );
    return {};
}

}  // namespace ferry::store::sqlite
