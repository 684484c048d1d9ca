#include "store/sqlite/sqlite_inbox_store.h"

#include "store/sqlite/sequence.h"

#include <memory>
#include <span>
#include <utility>

namespace ferry::store::sqlite {
namespace {

Status keep(Connection& connection, std::span<const InboxChange> changes, TimePoint now) {
    FERRY_TRY_ASSIGN(std::int64_t number, takeNumbers(connection, "inbox", changes.size()));
    auto insert = connection.query(
        "INSERT OR IGNORE INTO inbox (number, instance_id, change_id, received_at, hint, raw) "
        "SELECT ?1, id, ?3, ?4, ?5, ?6 FROM instance WHERE id = ?2"
    );
    for (const InboxChange& change : changes) {
        insert.bind(
            number++, change.instance, change.change_id, now, change.hint, Blob{change.raw}
        );
        FERRY_TRY(insert.run());
    }
    return {};
}

}  // namespace

void SqliteInboxStore::submit(
    std::vector<InboxChange> changes,
    TimePoint now,
    const TraceContext& trace,
    std::function<void(Status)> done
) {
    if (changes.empty()) return done({});
    const auto kept = std::make_shared<const std::vector<InboxChange>>(std::move(changes));
    Write write;
    write.apply = [this, kept, now, trace](Connection& connection) -> Status {
        FERRY_TRY(keep(connection, *kept, now));
        InstanceId marked;
        for (const InboxChange& change : *kept) {
            // Changes of an instance mostly follow each other; a second mark does no harm.
            if (std::exchange(marked, change.instance) == change.instance) continue;
            const TraceContext leased = core_.notices.leasedTrace(change.instance);
            FERRY_TRY(markNotice(connection, change.instance, now, trace, leased));
        }
        return {};
    };
    write.committed = [this, now] { core_.notices.noteDue(now); };
    for (const InboxChange& change : *kept)
        write.bytes += change.raw.size() + change.hint.size() + 128;
    std::vector<Write> writes;
    writes.push_back(std::move(write));
    core_.post(std::move(writes), [done = std::move(done)](std::span<Write> written) {
        done(std::move(written.front().result));
    });
}

Result<std::vector<KeptChange>> SqliteInboxStore::read(
    InstanceId instance, std::int64_t after, std::size_t limit, std::size_t bytes_max
) {
    using Changes = std::vector<KeptChange>;
    return core_.read([&](Connection& connection) -> Result<Changes> {
        auto rows = connection.query(
            "SELECT number, hint, raw FROM inbox WHERE instance_id = ? AND number > ? "
            "ORDER BY number LIMIT ?"
        );
        rows.bind(instance, after, limit);
        Changes changes;
        std::size_t bytes = 0;
        for (;;) {
            FERRY_TRY_ASSIGN(const bool has_row, rows.step());
            if (!has_row) return changes;
            bytes += rows.view(2).size();
            if (!changes.empty() && bytes > bytes_max) return changes;
            changes.push_back({rows.integer(0), rows.text(1), rows.text(2)});
        }
    });
}

Result<std::size_t> SqliteInboxStore::prune(TimePoint before, std::size_t limit) {
    std::size_t dropped = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        auto drop = connection.query(
            "DELETE FROM inbox WHERE number IN (SELECT number FROM inbox "
            "JOIN sync_position ON sync_position.instance_id = inbox.instance_id "
            "WHERE received_at < ? AND number <= CAST(cursor AS INTEGER) LIMIT ?)"
        );
        FERRY_TRY(drop.bind(before, limit).run());
        dropped = static_cast<std::size_t>(connection.changes());
        return {};
    }));
    return dropped;
}

}  // namespace ferry::store::sqlite
