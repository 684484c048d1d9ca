#include "store/sqlite/sqlite_event_search.h"

#include "model/event_id.h"
#include "store/sqlite/event_rows.h"
#include "store/sqlite/time_search.h"

#include <algorithm>

namespace ferry::store::sqlite {
namespace {

/// Rows that one call examines at most: some milliseconds.
constexpr std::size_t kExaminedMax = 5'000;
/// Around the place that an id leads to, rows that are looked at in one snapshot, and how many
/// times in either direction.
constexpr std::size_t kFindRows = 1'000;
constexpr int kFindRounds = 50;

/// The instance's first or last event number; 0 if it has none.
Result<std::int64_t> endNumber(Connection& connection, const char* sql, InstanceId instance) {
    auto row = connection.query(sql);
    FERRY_TRY_ASSIGN(const bool has_row, row.bind(instance).step());
    return has_row ? row.integer(0) : 0;
}

/// What an id says of its order among those of the instance; 0 for an id of another form.
std::uint64_t orderOf(std::string_view id, const EventIdParts& like) {
    const auto parts = parseEventId(id);
    if (!parts || parts->hub != like.hub || parts->instance != like.instance) return 0;
    return parts->sequence * 2 + (parts->is_second_half ? 1 : 0);
}

/// The number from which on the events of the instance were made as `parts` was or later; but for
/// those that waited, which may mislead it by as many events as they waited for.
Result<std::int64_t> placeOf(
    Connection& connection, const EventIdParts& parts, std::string_view id
) {
    FERRY_TRY_ASSIGN(
        std::int64_t low,
        endNumber(
            connection,
            "SELECT number FROM event WHERE instance_id = ? ORDER BY number LIMIT 1",
            parts.instance
        )
    );
    FERRY_TRY_ASSIGN(
        std::int64_t high,
        endNumber(
            connection,
            "SELECT number FROM event WHERE instance_id = ? ORDER BY number DESC LIMIT 1",
            parts.instance
        )
    );
    const std::uint64_t wanted = orderOf(id, parts);
    auto row = connection.query(
        "SELECT number, id FROM event WHERE instance_id = ? AND number >= ?"
        " AND number <= ? ORDER BY number LIMIT 1"
    );
    while (low <= high) {
        const std::int64_t middle = low + (high - low) / 2;
        FERRY_TRY_ASSIGN(const bool has_row, row.bind(parts.instance, middle, high).step());
        if (has_row && row.view(1) == id) return row.integer(0);
        if (has_row && orderOf(row.view(1), parts) < wanted) {
            low = row.integer(0) + 1;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/// Looks for `id` among kFindRows events from `place` on and moves `place` behind them.
Result<std::optional<RecordedEvent>> lookAlong(
    Connection& connection,
    const char* sql,
    InstanceId instance,
    std::string_view id,
    std::int64_t& place,
    bool& is_end
) {
    auto rows = connection.query(sql);
    rows.bind(instance, place, kFindRows);
    for (std::size_t i = 0; i < kFindRows; ++i) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        is_end = !has_row;
        if (is_end) break;
        if (rows.view(2) == id) return std::optional(readEvent(rows));
        place = rows.integer(0);
    }
    return std::optional<RecordedEvent>();
}

/// True if the instance has not made so many events.
Result<bool> isYetToCome(Connection& connection, const EventIdParts& parts) {
    auto row = connection.query("SELECT event_sequence FROM sync_position WHERE instance_id = ?");
    FERRY_TRY_ASSIGN(const bool has_row, row.bind(parts.instance).step());
    return !has_row || row.as<std::uint64_t>(0) < parts.sequence;
}

}  // namespace

Result<std::optional<RecordedEvent>> SqliteEventSearch::find(std::string_view id) {
    using Found = std::optional<RecordedEvent>;
    const auto parts = parseEventId(id);
    if (!parts) return Found();
    std::int64_t after = 0;
    FERRY_TRY_ASSIGN(const bool is_known, core_.read([&](Connection& connection) -> Result<bool> {
        FERRY_TRY_ASSIGN(const bool is_yet_to_come, isYetToCome(connection, *parts));
        if (is_yet_to_come) return false;
        FERRY_TRY_ASSIGN(after, placeOf(connection, *parts, id));
        return true;
    }));
    if (!is_known) return Found();
    std::int64_t before = after--;
    bool is_last = false;
    bool is_first = false;
    for (int round = 0; round < kFindRounds && !(is_first && is_last); ++round) {
        FERRY_TRY_ASSIGN(Found found, core_.read([&](Connection& connection) -> Result<Found> {
            FERRY_TRY_ASSIGN(
                Found ahead,
                lookAlong(
                    connection,
                    "SELECT " FERRY_EVENT_COLUMNS " FROM event WHERE instance_id = ?"
                    " AND number > ? ORDER BY number LIMIT ?",
                    parts->instance,
                    id,
                    after,
                    is_last
                )
            );
            if (ahead) return ahead;
            return lookAlong(
                connection,
                "SELECT " FERRY_EVENT_COLUMNS
                " FROM event WHERE instance_id = ?"
                " AND number < ? ORDER BY number DESC LIMIT ?",
                parts->instance,
                id,
                before,
                is_first
            );
        }));
        if (found) return found;
    }
    return Found();
}

Result<EventPage> SqliteEventSearch::page(const EventQuery& query) {
    return core_.read([&](Connection& connection) -> Result<EventPage> {
        const auto statement = [&] {
            if (!query.is_newest_first) {
                return query.instance
                           ? connection.query("SELECT " FERRY_EVENT_COLUMNS
                                              " FROM event WHERE instance_id = ?1 AND number >= ?2"
                                              " AND number < ?3 ORDER BY number LIMIT ?4")
                           : connection.query("SELECT " FERRY_EVENT_COLUMNS
                                              " FROM event WHERE ?1 = 0 AND number >= ?2"
                                              " AND number < ?3 ORDER BY number LIMIT ?4");
            }
            return query.instance
                       ? connection.query("SELECT " FERRY_EVENT_COLUMNS
                                          " FROM event WHERE instance_id = ?1 AND number >= ?2"
                                          " AND number < ?3 ORDER BY number DESC LIMIT ?4")
                       : connection.query("SELECT " FERRY_EVENT_COLUMNS
                                          " FROM event WHERE ?1 = 0 AND number >= ?2"
                                          " AND number < ?3 ORDER BY number DESC LIMIT ?4");
        };
        auto rows = statement();
        rows.bind(query.instance, query.first, query.end, kExaminedMax + 1);
        EventPage page;
        std::int64_t last = 0;
        for (std::size_t examined = 0;; ++examined) {
            FERRY_TRY_ASSIGN(const bool has_row, rows.step());
            if (!has_row) return page;
            if (examined == kExaminedMax || page.events.size() == query.limit) break;
            last = rows.integer(0);
            const bool is_meant = query.selection.matches(
                rows.as<EventType>(3), rows.as<ObjectKind>(4), rows.view(5)
            );
            if (is_meant) {
                page.events.push_back(readEvent(rows));
            }
        }
        if (last == 0) return page;
        page.next = EventNumber(query.is_newest_first ? last : last + 1);
        return page;
    });
}

Result<std::vector<EventHead>> SqliteEventSearch::heads(
    InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT number, type, object_kind, object_type FROM event"
            " WHERE instance_id = ? AND number >= ? AND number < ?"
            " ORDER BY number LIMIT ?"
        );
        rows.bind(instance, first, end, limit);
        return collect<EventHead>(rows, [](const Query& row) {
            return EventHead{
                EventNumber(row.integer(0)),
                row.as<EventType>(1),
                row.as<ObjectKind>(2),
                row.text(3)};
        });
    });
}

Result<std::vector<EventNumber>> SqliteEventSearch::numbers(
    InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT number FROM event INDEXED BY event_instance"
            " WHERE instance_id = ? AND number >= ? AND number < ?"
            " ORDER BY number LIMIT ?"
        );
        rows.bind(instance, first, end, limit);
        return collect<EventNumber>(rows, [](const Query& row) {
            return EventNumber(row.integer(0));
        });
    });
}

Result<EventNumber> SqliteEventSearch::firstAt(TimePoint time) {
    return core_.read([&](Connection& connection) -> Result<EventNumber> {
        FERRY_TRY_ASSIGN(
            const std::int64_t number,
            firstKeyAt(
                connection,
                "SELECT coalesce((SELECT min(number) FROM event), 1), "
                "coalesce((SELECT max(number) FROM event), 0)",
                "SELECT number, recorded_at FROM event WHERE number >= ? AND number <= ? "
                "ORDER BY number LIMIT 1",
                time
            )
        );
        return EventNumber(number);
    });
}

Result<EventPlaces> SqliteEventSearch::places(
    EventPlace after, InstanceId only, EventNumber first, EventNumber end, std::size_t limit
) {
    return core_.read([&](Connection& connection) -> Result<EventPlaces> {
        EventPlaces found;
        auto next_instance = connection.query(
            "SELECT instance_id FROM event INDEXED BY "
            "event_instance WHERE instance_id > ? "
            "ORDER BY instance_id LIMIT 1"
        );
        auto numbers = connection.query(
            "SELECT number FROM event INDEXED BY event_instance "
            "WHERE instance_id = ? AND number >= ? AND number < ? "
            "ORDER BY number LIMIT ?"
        );
        EventPlace place = after;
        if (only && place.instance != only) place = {only, EventNumber()};
        std::size_t examined = 0;
        for (;;) {
            if (place.instance) {
                const std::int64_t from = std::max(first.value, place.number.value + 1);
                numbers.bind(place.instance, from, end, limit - examined);
                for (;;) {
                    FERRY_TRY_ASSIGN(const bool has_row, numbers.step());
                    if (!has_row) break;
                    place.number = EventNumber(numbers.integer(0));
                    found.places.push_back(place);
                    ++examined;
                }
                if (examined >= limit) {
                    found.next = place;
                    return found;
                }
            }
            if (only) return found;
            // Stepping over an instance counts, too: there may be many without an event in the
            // range.
            FERRY_TRY_ASSIGN(const bool has_row, next_instance.bind(place.instance).step());
            if (!has_row) return found;
            place = {InstanceId(next_instance.integer(0)), EventNumber()};
            if (++examined >= limit) {
                found.next = place;
                return found;
            }
        }
    });
}

}  // namespace ferry::store::sqlite
