// Of SqliteDeliveryStore what is asked all the time and must cost nothing per delivery.

#include "store/sqlite/sqlite_delivery_store.h"

namespace ferry::store::sqlite {
namespace {

/// Waiting deliveries that are looked at for the oldest, so that this costs the same whatever
/// waits.
constexpr int kOldestLook = 4'096;

/// When the oldest was made of the waiting deliveries that a commit made; these are in the order of
/// their events. Copies, and what is delivered again, may stand before it.
Result<std::optional<TimePoint>> oldestWaiting(Connection& connection) {
    auto rows = connection.query(
        "SELECT created_at, origin FROM delivery INDEXED BY delivery_needs WHERE state = 0 "
        "ORDER BY last_event LIMIT ?"
    );
    rows.bind(kOldestLook);
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return std::optional<TimePoint>();
        if (rows.as<DeliveryOrigin>(1) == DeliveryOrigin::Commit)
            return std::optional(rows.time(0));
    }
}

}  // namespace

Result<std::map<DeliveryState, std::int64_t>> SqliteDeliveryStore::countByState() {
    if (core_.counts) return countsByState<DeliveryState>(core_.counts->committed().deliveries);
    return core_.read([&](Connection& connection) {
        // In two halves, each of which has its index.
        auto rows = connection.query(
            "SELECT 0, count(*) FROM delivery WHERE state = 0 HAVING count(*) > 0 UNION ALL "
            "SELECT state, count(*) FROM delivery WHERE state <> 0 GROUP BY state"
        );
        return countStates<DeliveryState>(rows);
    });
}

Result<std::map<DeliveryState, TimePoint>> SqliteDeliveryStore::oldestByState() {
    return core_.read([&](Connection& connection) -> Result<std::map<DeliveryState, TimePoint>> {
        std::map<DeliveryState, TimePoint> oldest;
        FERRY_TRY_ASSIGN(const auto waiting, oldestWaiting(connection));
        if (waiting) oldest[DeliveryState::Waiting] = *waiting;
        auto row = connection.query(
            "SELECT finished_at FROM delivery WHERE state = ? AND state <> 0 "
            "ORDER BY finished_at LIMIT 1"
        );
        for (const DeliveryState state : {DeliveryState::Delivered, DeliveryState::Dead}) {
            FERRY_TRY_ASSIGN(const bool has_row, row.bind(state).step());
            if (has_row) oldest[state] = row.time(0);
        }
        return oldest;
    });
}

Result<std::vector<DeadDelivery>> SqliteDeliveryStore::dead(
    TimePoint after, DeliveryId id, std::size_t limit
) {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id, instance_id, finished_at, last_error FROM delivery "
            "INDEXED BY delivery_finished WHERE state = 2 AND state <> 0 "
            "AND (finished_at, id) > (?, ?) ORDER BY finished_at, id LIMIT ?"
        );
        return collect<DeadDelivery>(rows.bind(after, id, limit), [](const Query& row) {
            return DeadDelivery{
                DeliveryId(row.integer(0)), InstanceId(row.integer(1)), row.time(2), row.text(3)};
        });
    });
}

}  // namespace ferry::store::sqlite
