#include "store/sqlite/sqlite_event_log.h"

#include "model/delivery.h"
#include "store/sqlite/event_rows.h"

#include <algorithm>
#include <utility>

namespace ferry::store::sqlite {
namespace {

constexpr std::int64_t kFromStart = std::numeric_limits<std::int64_t>::min();
/// Events that are looked at together, and how many times in one transaction: what waits for a
/// callback that is away for long stays in the log, and must not be gone through at once.
constexpr std::size_t kChunkRows = 1'000;
constexpr int kChunksMax = 20;

struct OldEvents {
    std::vector<std::int64_t> numbers;
    bool is_all = false;  ///< what follows is newer, or nothing
};

/// Events from `from` on that were recorded before `before`, up to the first that was not.
Result<OldEvents> oldEvents(Connection& connection, std::int64_t from, TimePoint before) {
    auto rows = connection.query(
        "SELECT number, recorded_at FROM event WHERE number >= ? "
        "ORDER BY number LIMIT ?"
    );
    rows.bind(from, kChunkRows);
    OldEvents old;
    while (old.numbers.size() < kChunkRows) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        old.is_all = !has_row || rows.time(1) >= before;
        if (old.is_all) break;
        old.numbers.push_back(rows.integer(0));
    }
    return old;
}

/// First and last event of a delivery.
using Range = std::pair<std::int64_t, std::int64_t>;

/// What deliveries that wait, or could be made again, need of [low, high], by first event.
Result<std::vector<Range>> neededIn(Connection& connection, std::int64_t low, std::int64_t high) {
    auto rows = connection.query(
        "SELECT first_event, last_event FROM delivery INDEXED BY delivery_needs "
        "WHERE state = 0 AND last_event >= ?1 AND last_event < ?2 + ?3 AND first_event <= ?2 "
        "UNION ALL "
        "SELECT first_event, last_event FROM delivery INDEXED BY delivery_dead_needs "
        "WHERE state = 2 AND last_event >= ?1 AND last_event < ?2 + ?3 AND first_event <= ?2"
    );
    rows.bind(low, high, kDeliverySpanMax);
    FERRY_TRY_ASSIGN(auto needed, collect<Range>(rows, [](const Query& row) {
                         return Range(row.integer(0), row.integer(1));
                     }));
    std::sort(needed.begin(), needed.end());
    return needed;
}

/// Drops those of `numbers` that are in none of the ranges, at most `limit`; gives how many. `from`
/// is moved behind the last that was dropped or is needed.
Result<std::size_t> dropUnneeded(
    Connection& connection,
    const std::vector<std::int64_t>& numbers,
    const std::vector<Range>& needed,
    std::size_t limit,
    std::int64_t& from
) {
    std::size_t count = 0;
    std::size_t next_range = 0;
    std::int64_t needed_until = kFromStart;
    for (const std::int64_t number : numbers) {
        for (; next_range < needed.size() && needed[next_range].first <= number; ++next_range)
            needed_until = std::max(needed_until, needed[next_range].second);
        if (number > needed_until) {
            if (count == limit) break;
            FERRY_TRY(connection.query("DELETE FROM event WHERE number = ?").bind(number).run());
            ++count;
        }
        from = number + 1;
    }
    return count;
}

/// From `from` on, which is moved to where the next call goes on.
Result<std::size_t> pruneSome(
    Connection& connection, TimePoint before, std::size_t limit, std::int64_t& from
) {
    std::size_t count = 0;
    for (int chunk = 0; chunk < kChunksMax && count < limit; ++chunk) {
        FERRY_TRY_ASSIGN(const OldEvents old, oldEvents(connection, from, before));
        if (!old.numbers.empty()) {
            FERRY_TRY_ASSIGN(
                const auto needed, neededIn(connection, old.numbers.front(), old.numbers.back())
            );
            FERRY_TRY_ASSIGN(
                const std::size_t dropped,
                dropUnneeded(connection, old.numbers, needed, limit - count, from)
            );
            count += dropped;
        }
        const bool is_through = old.numbers.empty() || from > old.numbers.back();
        if (old.is_all && is_through) {
            from = kFromStart;
            break;
        }
    }
    return count;
}

/// Into `events`, in place of what was there.
Status readRange(
    Connection& connection,
    const EventRange& range,
    std::size_t limit,
    std::vector<RecordedEvent>& events
) {
    // Of a delivery nearly all numbers between are its own: looking at each costs less than finding
    // each by the instance's index.
    const bool is_dense = range.last.value - range.first.value < kEventsPerDeliveryMax;
    auto rows = connection.query(
        is_dense ? "SELECT " FERRY_EVENT_COLUMNS
                   " FROM event NOT INDEXED "
                   "WHERE instance_id = ? AND number >= ? AND number <= ? "
                   "ORDER BY number LIMIT ?"
                 : "SELECT " FERRY_EVENT_COLUMNS
                   " FROM event WHERE instance_id = ? "
                   "AND number >= ? AND number <= ? ORDER BY number LIMIT ?"
    );
    rows.bind(range.instance, range.first, range.last, limit);
    for (std::size_t count = 0;; ++count) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) {
            events.resize(count);
            return {};
        }
        if (count == events.size()) events.emplace_back();
        readEvent(rows, events[count]);
    }
}

}  // namespace

Result<std::vector<RecordedEvent>> SqliteEventLog::range(
    InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
) {
    std::vector<RecordedEvent> events;
    FERRY_TRY(core_.read([&](Connection& connection) {
        return readRange(connection, {instance, first, last}, limit, events);
    }));
    return events;
}

Result<std::size_t> SqliteEventLog::ranges(
    std::span<const EventRange> ranges, std::size_t limit, std::size_t bytes_max, EventPages& pages
) {
    return core_.read([&](Connection& connection) {
        return readInTurn(
            ranges,
            bytes_max,
            pages,
            [&](const EventRange& one, std::vector<RecordedEvent>& page) {
                return readRange(connection, one, limit, page);
            }
        );
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
        return collect<RecordedEvent>(rows, [](const Query& row) { return readEvent(row); });
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
        auto row = instance ? connection.query(
                                  "SELECT number FROM event WHERE instance_id = ?1"
                                  " ORDER BY number DESC LIMIT 1 OFFSET ?2"
                              )
                            : connection.query(
                                  "SELECT number FROM event WHERE ?1 = 0"
                                  " ORDER BY number DESC LIMIT 1 OFFSET ?2"
                              );
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
    std::int64_t from = kFromStart;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        from = prune_from_;
        FERRY_TRY_ASSIGN(count, pruneSome(connection, before, limit, from));
        return {};
    }));
    prune_from_ = from;
    return count;
}

Result<std::int64_t> SqliteEventLog::countBelow(EventNumber end, InstanceId instance) {
    return core_.read([&](Connection& connection) -> Result<std::int64_t> {
        // By the index, whose entries are short; of the rows each page would be read.
        auto row = instance ? connection.query(
                                  "SELECT count(*) FROM event INDEXED BY event_instance "
                                  "WHERE number < ?1 AND instance_id = ?2"
                              )
                            : connection.query(
                                  "SELECT count(*) FROM event INDEXED BY event_instance "
                                  "WHERE number < ?1 AND ?2 = 0"
                              );
        FERRY_TRY(row.bind(end, instance).step());
        return row.integer(0);
    });
}

}  // namespace ferry::store::sqlite
