// The writes of SqliteSyncStore: commits, waited for or submitted, and the rare ones.

#include "store/sqlite/sqlite_sync_store.h"
#include "store/sqlite/sync_commit.h"

#include <memory>
#include <utility>

namespace ferry::store::sqlite {
namespace {

std::vector<Status> outcomesOf(std::span<Write> writes) {
    std::vector<Status> outcomes;
    outcomes.reserve(writes.size());
    for (Write& write : writes)
        outcomes.push_back(std::move(write.result));
    return outcomes;
}

}  // namespace

/// `commits` and `notice_due_at`, one for each, outlive the writes.
std::vector<Write> SqliteSyncStore::writesOf(
    std::span<const SyncCommit> commits, std::span<std::optional<TimePoint>> notice_due_at
) {
    std::vector<Write> writes;
    writes.reserve(commits.size());
    for (std::size_t i = 0; i < commits.size(); ++i) {
        const SyncCommit& commit = commits[i];
        Write write;
        write.bytes = bytesOf(commit);
        write.apply = [&commit, &due_at = notice_due_at[i]](Connection& connection) {
            return writeCommit(connection, commit, due_at);
        };
        write.committed = [this, &commit, &due_at = notice_due_at[i]] {
            if (commit.callback && !commit.events.empty()) noteDeliveries(commit);
            if (commit.notice) core_.notices.end(commit.instance, due_at);
        };
        writes.push_back(std::move(write));
    }
    return writes;
}

void SqliteSyncStore::noteDeliveries(const SyncCommit& commit) {
    if (commit.lanes.empty()) core_.deliveries.noteDue(commit.callback, LaneId(), commit.now);
    for (const LaneRun& run : commit.lanes)
        core_.deliveries.noteDue(commit.callback, run.lane, commit.now);
}

std::vector<Status> SqliteSyncStore::commit(std::span<const SyncCommit> commits) {
    std::vector<std::optional<TimePoint>> notice_due_at(commits.size());
    std::vector<Write> writes = writesOf(commits, notice_due_at);
    core_.write(writes);
    return outcomesOf(writes);
}

void SqliteSyncStore::submit(std::vector<SyncCommit> commits, Committed done) {
    struct Batch {
        std::vector<SyncCommit> commits;
        std::vector<std::optional<TimePoint>> notice_due_at;
    };
    auto batch = std::make_shared<Batch>();
    batch->commits = std::move(commits);
    batch->notice_due_at.resize(batch->commits.size());
    std::vector<Write> writes = writesOf(batch->commits, batch->notice_due_at);
    core_.post(std::move(writes), [batch, done = std::move(done)](std::span<Write> written) {
        done(outcomesOf(written));
    });
}

Status SqliteSyncStore::reset(InstanceId instance) {
    return core_.write([instance](Connection& connection) -> Status {
        FERRY_TRY(connection.query("DELETE FROM object WHERE instance_id = ?").bind(instance).run()
        );
        FERRY_TRY(
            connection.query("DELETE FROM lost_object WHERE instance_id = ?").bind(instance).run()
        );
        FERRY_TRY(
            connection.query("DELETE FROM folder_move WHERE instance_id = ?").bind(instance).run()
        );
        // Another account's: the cursor that says which of them were read goes as well.
        FERRY_TRY(connection.query("DELETE FROM inbox WHERE instance_id = ?").bind(instance).run());
        // event_sequence stays: an event id must never name two events.
        return connection
            .query(
                "UPDATE sync_position SET phase = 0, cursor = '', generation = 1, "
                "window_round = 0, window_until_ms = 0 WHERE instance_id = ?"
            )
            .bind(instance)
            .run();
    });
}

Result<std::size_t> SqliteSyncStore::pruneTombstones(TimePoint before, std::size_t limit) {
    std::int64_t count = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY(connection
                      .query("DELETE FROM tombstone WHERE (instance_id, object_id) IN "
                             "(SELECT instance_id, object_id FROM tombstone WHERE deleted_at < ? "
                             "ORDER BY deleted_at LIMIT ?)")
                      .bind(before, limit)
                      .run());
        count = connection.changes();
        return {};
    }));
    return static_cast<std::size_t>(count);
}

}  // namespace ferry::store::sqlite
