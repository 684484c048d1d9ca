#include "store/sqlite/sqlite_event_log.h"

#include <limits>

namespace ferry::store::sqlite {
namespace {

#define FERRY_EVENT_COLUMNS "number, instance_id, id, type, object_kind, recorded_at, body, raw"

RecordedEvent readEvent(const Query& row) {
    RecordedEvent event;
    event.number = EventNumber(row.integer(0));
    event.instance = InstanceId(row.integer(1));
    event.id = row.text(2);
    event.type = row.as<EventType>(3);
    event.object_kind = row.as<ObjectKind>(4);
    event.recorded_at = row.time(5);
    event.body = row.text(6);
    event.raw = row.text(7);
    return event;
}

/// Events that one waiting delivery needs.
struct NeededRange {
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

/// The first range that a waiting delivery needs and that ends at `number` or later. The ranges of
/// deliveries never overlap: each commit numbers its events and pages them.
Result<NeededRange> nextNeeded(Connection& connection, std::int64_t number) {
    auto row = connection.query(
        "SELECT first_event, last_event FROM delivery WHERE state = 0 AND last_event >= ? "
        "ORDER BY last_event LIMIT 1"
    );
    FERRY_TRY_ASSIGN(const bool has_row, row.bind(number).step());
    if (!has_row) return NeededRange{};
    return NeededRange{row.integer(0), row.integer(1)};
}

/// The end (not included) of the events from `number` on, before `end` and at most `limit`, that
/// were recorded before `before`; sets `is_last` if what follows is newer or nothing.
Result<std::int64_t> endOfOld(
    Connection& connection,
    std::int64_t number,
    std::int64_t end,
    TimePoint before,
    std::size_t limit,
    bool& is_last
) {
    auto rows = connection.query(
        "SELECT number, recorded_at FROM event WHERE number >= ? AND number < ? "
        "ORDER BY number LIMIT ?"
    );
    rows.bind(number, end, limit);
    std::int64_t past = number;
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return past;
        if (rows.time(1) >= before) {
            is_last = true;
            return past;
        }
        past = rows.integer(0) + 1;
    }
}

/// The first event from `number` on; nullopt at the end of the log.
Result<std::optional<std::int64_t>> firstEvent(Connection& connection, std::int64_t number) {
    auto row =
        connection.query("SELECT number FROM event WHERE number >= ? ORDER BY number LIMIT 1");
    row.bind(number);
    return collectOne<std::int64_t>(row, [](const Query& found) { return found.integer(0); });
}

Result<std::size_t> pruneSome(Connection& connection, TimePoint before, std::size_t limit) {
    std::size_t count = 0;
    bool is_last = false;
    std::int64_t number = std::numeric_limits<std::int64_t>::min();
    while (count < limit && !is_last) {
        FERRY_TRY_ASSIGN(const auto first, firstEvent(connection, number));
        if (!first) break;
        FERRY_TRY_ASSIGN(const NeededRange needed, nextNeeded(connection, *first));
        if (needed.first <= *first) {
            number = needed.last + 1;
            continue;
        }
        FERRY_TRY_ASSIGN(
            number, endOfOld(connection, *first, needed.first, before, limit - count, is_last)
        );
        FERRY_TRY(connection.query("DELETE FROM event WHERE number >= ? AND number < ?")
                      .bind(*first, number)
                      .run());
        if (number != *first) count += static_cast<std::size_t>(connection.changes());
    }
    return count;
}

}  // namespace

Result<std::vector<RecordedEvent>> SqliteEventLog::range(
    InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_EVENT_COLUMNS
                                     " FROM event WHERE instance_id = ? AND number >= ?"
                                     " AND number <= ? ORDER BY number LIMIT ?");
        rows.bind(instance, first, last, limit);
        return collect<RecordedEvent>(rows, readEvent);
    });
}

Result<std::vector<RecordedEvent>> SqliteEventLog::after(
    EventNumber after, InstanceId instance, std::size_t limit
) {
    if (instance) {
        return range(
            instance,
            EventNumber(after.value + 1),
            EventNumber(std::numeric_limits<std::int64_t>::max()),
            limit
        );
    }
    return core_.read([&](Connection& connection) {
        auto rows = connection.query("SELECT " FERRY_EVENT_COLUMNS
                                     " FROM event WHERE number > ? ORDER BY number LIMIT ?");
        rows.bind(after, limit);
        return collect<RecordedEvent>(rows, readEvent);
    });
}

Result<EventNumber> SqliteEventLog::newest() {
    return core_.read([&](Connection& connection) -> Result<EventNumber> {
        auto row = connection.query("SELECT coalesce(max(number), 0) FROM event");
        FERRY_TRY(row.step());
        return EventNumber(row.integer(0));
    });
}

Result<EventNumber> SqliteEventLog::beforeNewest(InstanceId instance, std::size_t count) {
    return core_.read([&](Connection& connection) -> Result<EventNumber> {
        // Steps over `count` entries; no event is decoded.
        auto row = instance
                       ? connection.query("SELECT number FROM event WHERE instance_id = ?1"
                                          " ORDER BY number DESC LIMIT 1 OFFSET ?2")
                       : connection.query("SELECT number FROM event WHERE ?1 = 0"
                                          " ORDER BY number DESC LIMIT 1 OFFSET ?2");
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(instance, count).step());
        return has_row ? EventNumber(row.integer(0)) : EventNumber();
    });
}

Result<std::int64_t> SqliteEventLog::count(InstanceId instance) {
    return core_.read([&](Connection& connection) -> Result<std::int64_t> {
        auto row = instance ? connection.query("SELECT count(*) FROM event WHERE instance_id = ?1")
                            : connection.query("SELECT count(*) FROM event WHERE ?1 = 0");
        FERRY_TRY(row.bind(instance).step());
        return row.integer(0);
    });
}

Result<std::size_t> SqliteEventLog::prune(TimePoint before, std::size_t limit) {
    std::size_t count = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        FERRY_TRY_ASSIGN(count, pruneSome(connection, before, limit));
        return {};
    }));
    return count;
}

}  // namespace ferry::store::sqlite
