// Deliveries that waited too long, and those that nobody asks for any more.

#include "store/sqlite/sqlite_delivery_store.h"

#include <algorithm>

namespace ferry::store::sqlite {
namespace {

/// Waiting ones that one call looks at: many may stay, and must not be gone through at once.
constexpr std::size_t kExaminedMax = 2'000;

/// Of those of a state that is not Waiting.
Result<std::vector<std::int64_t>> finishedBefore(
    Connection& connection, DeliveryState state, TimePoint before, std::size_t limit
) {
    auto rows = connection.query(
        "SELECT id FROM delivery WHERE state = ? AND state <> 0 AND finished_at < ? "
        "ORDER BY finished_at LIMIT ?"
    );
    rows.bind(state, before, limit);
    return collect<std::int64_t>(rows, [](const Query& row) { return row.integer(0); });
}

Status drop(Connection& connection, std::int64_t id) {
    FERRY_TRY(connection.query("DELETE FROM attempt WHERE delivery_id = ?").bind(id).run());
    return connection.query("DELETE FROM delivery WHERE id = ?").bind(id).run();
}

struct OldDeliveries {
    std::vector<std::int64_t> waiting;
    DeliveryId looked_at;  ///< none: there are no older ones behind
};

/// In the order in which they were made, behind `from`.
Result<OldDeliveries> waitingBefore(
    Connection& connection, const Core& core, TimePoint before, DeliveryId from, std::size_t limit
) {
    auto rows = connection.query(
        "SELECT id, callback_id, state, created_at FROM delivery WHERE id > ? ORDER BY id LIMIT ?"
    );
    rows.bind(from, kExaminedMax);
    OldDeliveries old;
    std::size_t examined = 0;
    for (; old.waiting.size() < limit && examined < kExaminedMax; ++examined) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row || rows.time(3) >= before) {
            old.looked_at = DeliveryId();
            return old;
        }
        old.looked_at = DeliveryId(rows.integer(0));
        const bool waits = rows.as<DeliveryState>(2) == DeliveryState::Waiting &&
                           !core.deliveries.isLeased(CallbackId(rows.integer(1)), old.looked_at);
        if (waits) old.waiting.push_back(old.looked_at.value);
    }
    return old;
}

}  // namespace

Result<std::size_t> SqliteDeliveryStore::expire(
    TimePoint before, TimePoint now, std::size_t limit
) {
    FERRY_TRY_ASSIGN(const OldDeliveries old, core_.read([&](Connection& connection) {
        return waitingBefore(connection, core_, before, expire_from_, limit);
    }));
    if (!old.waiting.empty()) {
        FERRY_TRY(core_.write([&](Connection& connection) -> Status {
            auto update = connection.query(
                "UPDATE delivery SET state = 2, finished_at = ?1, last_error = substr("
                "'it has waited too long (retention.waiting)' || CASE last_error WHEN '' THEN '' "
                "ELSE '; the last attempt: ' || last_error END, 1, ?2) WHERE id = ?3 AND state = 0"
            );
            for (const std::int64_t id : old.waiting)
                FERRY_TRY(update.bind(now, kAttemptErrorBytesMax, id).run());
            return {};
        }));
    }
    expire_from_ = old.looked_at;
    return old.waiting.size();
}

Result<std::size_t> SqliteDeliveryStore::prune(TimePoint before, std::size_t limit) {
    std::size_t count = 0;
    FERRY_TRY(core_.write([&](Connection& connection) -> Status {
        count = 0;
        for (const auto state : {DeliveryState::Delivered, DeliveryState::Dead}) {
            FERRY_TRY_ASSIGN(
                const auto finished, finishedBefore(connection, state, before, limit - count)
            );
            for (const std::int64_t id : finished)
                FERRY_TRY(drop(connection, id));
            count += finished.size();
        }
        return {};
    }));
    return count;
}

Result<std::int64_t> SqliteDeliveryStore::countFinished(TimePoint before) {
    return core_.read([&](Connection& connection) -> Result<std::int64_t> {
        auto row = connection.query(
            "SELECT count(*) FROM delivery INDEXED BY delivery_finished "
            "WHERE state IN (1, 2) AND state <> 0 AND finished_at < ?"
        );
        FERRY_TRY(row.bind(before).step());
        return row.integer(0);
    });
}

}  // namespace ferry::store::sqlite
