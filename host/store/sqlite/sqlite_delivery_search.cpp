#include "store/sqlite/sqlite_delivery_search.h"

#include "store/sqlite/delivery_rows.h"
#include "store/sqlite/time_search.h"

#include <algorithm>
#include <limits>

namespace ferry::store::sqlite {
namespace {

/// Rows that one call examines at most: some milliseconds.
constexpr std::size_t kExaminedMax = 5'000;
constexpr std::int64_t kAfterAll = std::numeric_limits<std::int64_t>::max();

#define FERRY_SEARCH_COLUMNS                                            \
    FERRY_DELIVERY_COLUMNS                                              \
    ", EXISTS (SELECT 1 FROM callback WHERE callback.id = callback_id " \
    "AND callback.off_at <> 0)"
constexpr int kOffColumn = kDeliveryColumns;
/// Of the key that a page goes by.
constexpr int kKeyColumn = kDeliveryColumns + 1;

/// By the end of the last attempt.
constexpr const char* kDeadPage = "SELECT " FERRY_SEARCH_COLUMNS
                                  ", finished_at FROM delivery INDEXED BY delivery_finished "
                                  "WHERE state = 2 AND state <> 0 AND (finished_at, id) < (?, ?) "
                                  "ORDER BY finished_at DESC, id DESC LIMIT ?";
/// By the last event, in whose order an index has what waits.
constexpr const char* kWaitingPage =
    "SELECT " FERRY_SEARCH_COLUMNS
    ", last_event FROM delivery INDEXED BY delivery_needs "
    "WHERE state = 0 AND (last_event, id) < (?, ?) ORDER BY last_event DESC, id DESC LIMIT ?";
/// The same, of what is queued. Their keys are below those of dead ones, which come before them.
constexpr const char* kBehindDeadPage =
    "SELECT " FERRY_SEARCH_COLUMNS
    ", last_event - 9223372036854775807 FROM delivery INDEXED BY delivery_needs "
    "WHERE state = 0 AND (last_event, id) < (? + 9223372036854775807, ?) "
    "ORDER BY last_event DESC, id DESC LIMIT ?";
constexpr DeliveryPlace kBehindDead{0, DeliveryId(kAfterAll)};
constexpr const char* kInstancePage =
    "SELECT " FERRY_SEARCH_COLUMNS
    ", 0 FROM delivery INDEXED BY delivery_instance "
    "WHERE instance_id = ? AND id < ? AND id >= ? ORDER BY id DESC LIMIT ?";
constexpr const char* kPage = "SELECT " FERRY_SEARCH_COLUMNS
                              ", 0 FROM delivery WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT ?";

Result<std::int64_t> firstIdAt(Connection& connection, TimePoint time) {
    return firstKeyAt(
        connection,
        "SELECT coalesce((SELECT min(id) FROM delivery), 1), "
        "coalesce((SELECT max(id) FROM delivery), 0)",
        "SELECT id, created_at FROM delivery WHERE id >= ? AND id <= ? ORDER BY id LIMIT 1",
        time
    );
}

Delivery readFound(const Query& row) {
    Delivery delivery = readDelivery(row);
    delivery.is_off = row.integer(kOffColumn) != 0;
    return delivery;
}

bool matches(const DeliveryQuery& query, const Query& row) {
    if (query.instance && row.integer(1) != query.instance.value) return false;
    if (query.callback && row.integer(2) != query.callback.value) return false;
    if (query.state && row.as<DeliveryState>(5) != *query.state) return false;
    if (query.is_tried && (row.integer(6) > 0) != *query.is_tried) return false;
    if (query.is_off && (row.integer(kOffColumn) != 0) != *query.is_off) return false;
    if (query.last_status && row.as<int>(9) != *query.last_status) return false;
    return row.time(8) >= query.created_from && row.time(8) < query.created_before;
}

Result<DeliveryPage> readPage(Query& rows, const DeliveryQuery& query) {
    DeliveryPage page;
    std::optional<DeliveryPlace> last;
    for (std::size_t examined = 0;; ++examined) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return page;
        if (examined == kExaminedMax || page.deliveries.size() == query.limit) break;
        last = DeliveryPlace{rows.integer(kKeyColumn), DeliveryId(rows.integer(0))};
        if (matches(query, rows)) page.deliveries.push_back(readFound(rows));
    }
    page.next = last;
    return page;
}

/// Of deliveries that are in no order but that of their ids.
Result<DeliveryPage> pageById(Connection& connection, const DeliveryQuery& query) {
    std::int64_t before = query.after ? query.after->id.value : kAfterAll;
    std::int64_t from = 1;
    if (query.created_before != TimePoint::max()) {
        FERRY_TRY_ASSIGN(const std::int64_t end, firstIdAt(connection, query.created_before));
        before = std::min(before, end);
    }
    if (query.created_from != TimePoint::min()) {
        FERRY_TRY_ASSIGN(from, firstIdAt(connection, query.created_from));
    }
    if (query.instance) {
        auto rows = connection.query(kInstancePage);
        rows.bind(query.instance, before, from, kExaminedMax + 1);
        return readPage(rows, query);
    }
    auto rows = connection.query(kPage);
    rows.bind(before, from, kExaminedMax + 1);
    return readPage(rows, query);
}

Result<DeliveryPage> pageByKey(
    Connection& connection, const char* sql, const DeliveryQuery& query, const DeliveryPlace& place
) {
    auto rows = connection.query(sql);
    rows.bind(place.key, place.id, kExaminedMax + 1);
    return readPage(rows, query);
}

/// Dead ones, then those that wait for callbacks that are switched off, if there are any.
Result<DeliveryPage> pageOfQueued(
    Connection& connection, DeliveryQuery query, const DeliveryPlace& place
) {
    if (place.key <= kBehindDead.key) {
        query.state = DeliveryState::Waiting;
        query.is_off = true;
        return pageByKey(connection, kBehindDeadPage, query, place);
    }
    query.state = DeliveryState::Dead;
    FERRY_TRY_ASSIGN(DeliveryPage page, pageByKey(connection, kDeadPage, query, place));
    if (page.next) return page;
    auto off = connection.query("SELECT 1 FROM callback WHERE off_at <> 0 LIMIT 1");
    FERRY_TRY_ASSIGN(const bool is_any_off, off.step());
    if (is_any_off) page.next = kBehindDead;
    return page;
}

}  // namespace

Result<std::vector<Delivery>> SqliteDeliverySearch::ofEvents(
    InstanceId instance, EventNumber first, EventNumber last, std::size_t limit
) {
    return core_.read([&](Connection& connection) -> Result<std::vector<Delivery>> {
        std::vector<Delivery> deliveries;
        // They do not overlap, so the first that begins later ends the search.
        auto made = connection.query("SELECT " FERRY_SEARCH_COLUMNS
                                     " FROM delivery INDEXED BY delivery_event"
                                     " WHERE instance_id = ? AND last_event >= ? AND origin < 2"
                                     " ORDER BY last_event");
        made.bind(instance, first);
        while (deliveries.size() < limit) {
            FERRY_TRY_ASSIGN(const bool has_row, made.step());
            if (!has_row || made.integer(3) > last.value) break;
            deliveries.push_back(readFound(made));
        }
        auto copies = connection.query("SELECT " FERRY_SEARCH_COLUMNS
                                       " FROM delivery INDEXED BY delivery_copy"
                                       " WHERE instance_id = ?1 AND last_event >= ?2"
                                       " AND last_event < ?3 + ?4 AND first_event <= ?3"
                                       " AND origin >= 2 ORDER BY last_event LIMIT ?5");
        copies.bind(instance, first, last, kDeliverySpanMax, limit - deliveries.size());
        for (;;) {
            FERRY_TRY_ASSIGN(const bool has_row, copies.step());
            if (!has_row) return deliveries;
            deliveries.push_back(readFound(copies));
        }
    });
}

Result<DeliveryPage> SqliteDeliverySearch::page(const DeliveryQuery& query) {
    return core_.read([&](Connection& connection) -> Result<DeliveryPage> {
        const DeliveryPlace place =
            query.after.value_or(DeliveryPlace{kAfterAll, DeliveryId(kAfterAll)});
        if (query.is_queued) return pageOfQueued(connection, query, place);
        if (query.state == DeliveryState::Dead)
            return pageByKey(connection, kDeadPage, query, place);
        if (query.state == DeliveryState::Waiting)
            return pageByKey(connection, kWaitingPage, query, place);
        return pageById(connection, query);
    });
}

Result<std::vector<EventOutcome>> SqliteDeliverySearch::outcomes(
    InstanceId instance, EventNumber first, EventNumber end, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        // Deliveries that commits made do not overlap, so the first to end at `first` or later is
        // the first in the range.
        auto rows = connection.query(
            "SELECT first_event, last_event, state"
            " FROM delivery INDEXED BY delivery_event"
            " WHERE instance_id = ?1 AND last_event >= ?2"
            " AND last_event < ?3 + ?4 AND first_event < ?3"
            " AND origin < 2 ORDER BY last_event LIMIT ?5"
        );
        rows.bind(instance, first, end, kDeliverySpanMax, limit);
        return collect<EventOutcome>(rows, [](const Query& row) {
            return EventOutcome{
                EventNumber(row.integer(0)), EventNumber(row.integer(1)), row.as<DeliveryState>(2)};
        });
    });
}

Result<std::vector<DeadDeliveries>> SqliteDeliverySearch::dead() {
    return core_.read([&](Connection& connection) {
        // Columns beside the one max() are of the row that has it.
        auto rows = connection.query(
            "SELECT instance_id, count(*), max(finished_at), last_status, last_error FROM delivery "
            "INDEXED BY delivery_finished WHERE state = 2 AND state <> 0 GROUP BY instance_id "
            "ORDER BY instance_id"
        );
        return collect<DeadDeliveries>(rows, [](const Query& row) {
            return DeadDeliveries{
                InstanceId(row.integer(0)),
                row.integer(1),
                row.time(2),
                row.as<int>(3),
                row.text(4),
            };
        });
    });
}

Result<std::optional<EventNumber>> SqliteDeliverySearch::firstUntaken(InstanceId instance) {
    return core_.read([&](Connection& connection) -> Result<std::optional<EventNumber>> {
        // Copies carry events that may be old already when they are made.
        auto row = connection.query(
            "SELECT min(first_event) FROM ("
            "SELECT first_event FROM delivery INDEXED BY delivery_finished "
            "WHERE state = 2 AND state <> 0 AND instance_id = ?1 AND origin < 2 UNION ALL "
            "SELECT first_event FROM delivery INDEXED BY delivery_waiting "
            "WHERE state = 0 AND instance_id = ?1 AND attempt_count > 0 AND origin < 2)"
        );
        FERRY_TRY(row.bind(instance).step());
        if (row.integer(0) == 0) return std::optional<EventNumber>();
        return std::optional(EventNumber(row.integer(0)));
    });
}

}  // namespace ferry::store::sqlite
