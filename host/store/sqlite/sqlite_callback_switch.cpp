// How callbacks are held back, for a while in memory, for good in their rows; and what goes out at
// once when they are back.
#include "base/utf8.h"
#include "store/sqlite/callback_switch.h"
#include "store/sqlite/sqlite_delivery_store.h"

#include <cstdint>
#include <limits>
#include <set>

namespace ferry::store::sqlite {

namespace {

/// A few milliseconds of the writer, which takes what intake has in between.
constexpr std::size_t kBroughtAtOnce = 500;
/// Of a callback: more lanes than any has.
constexpr std::size_t kLanesMax = 1'000'000;

struct TriedDelivery {
    DeliveryId id;
    LaneId lane;
};

Status findTried(
    Connection& connection,
    CallbackId callback,
    LaneId lane,
    TimePoint now,
    std::size_t limit,
    std::vector<TriedDelivery>& found
) {
    auto rows = connection.query(
        "SELECT id FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND "
        "callback_id = ? AND lane = ? AND next_attempt_at > ? AND attempt_count > 0 "
        "ORDER BY next_attempt_at, id LIMIT ?"
    );
    rows.bind(callback, lane, now, limit);
    for (;;) {
        FERRY_TRY_ASSIGN(const bool has_row, rows.step());
        if (!has_row) return {};
        found.push_back({DeliveryId(rows.integer(0)), lane});
    }
}

Result<bool> hasInLane(Core& core, CallbackId callback, LaneId lane, InstanceId instance) {
    return core.read([&](Connection& connection) {
        return connection
            .query(
                "SELECT 1 FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND "
                "callback_id = ? AND lane = ? AND instance_id = ? LIMIT 1"
            )
            .bind(callback, lane, instance)
            .step();
    });
}

/// Of one instance, all that is due later in the lane.
Result<std::size_t> bringLaneForward(
    Core& core, CallbackId callback, LaneId lane, InstanceId instance, TimePoint now
) {
    std::size_t count = 0;
    TimePoint after = now;
    DeliveryId after_id(std::numeric_limits<std::int64_t>::max());
    for (;;) {
        std::vector<DeliveryId> later;
        std::size_t seen = 0;
        FERRY_TRY(core.read([&](Connection& connection) -> Status {
            // Those of other instances are passed over, so that each is seen once.
            auto rows = connection.query(
                "SELECT id, instance_id, next_attempt_at FROM delivery INDEXED BY delivery_waiting "
                "WHERE state = 0 AND callback_id = ? AND lane = ? AND "
                "(next_attempt_at, id) > (?, ?) ORDER BY next_attempt_at, id LIMIT ?"
            );
            rows.bind(callback, lane, after, after_id, kBroughtAtOnce);
            for (;;) {
                FERRY_TRY_ASSIGN(const bool has_row, rows.step());
                if (!has_row) return {};
                ++seen;
                after_id = DeliveryId(rows.integer(0));
                after = rows.time(2);
                if (InstanceId(rows.integer(1)) == instance) later.push_back(after_id);
            }
        }));
        if (later.empty()) {  // mostly: no transaction for it
            if (seen < kBroughtAtOnce) return count;
            continue;
        }
        FERRY_TRY(core.write(
            [&](Connection& connection) -> Status {
                for (const DeliveryId id : later) {
                    FERRY_TRY(connection
                                  .query("UPDATE delivery SET next_attempt_at = ?1 WHERE id = ?2 "
                                         "AND state = 0 AND next_attempt_at > ?1")
                                  .bind(now, id)
                                  .run());
                }
                return {};
            },
            [&] { core.deliveries.noteDue(callback, lane, now); },
            later.size() * 64
        ));
        count += later.size();
        if (seen < kBroughtAtOnce) return count;
    }
}

}  // namespace

void FreedCallbacks::clear() {
    off_.clear();
    held_.clear();
}

Status FreedCallbacks::free(Connection& connection, CallbackId callback) {
    FERRY_TRY(connection
                  .query("UPDATE callback SET off_at = 0, off_reason = '' WHERE id = ? "
                         "AND off_at <> 0")
                  .bind(callback)
                  .run());
    if (connection.changes() > 0) off_.insert(callback);
    FERRY_TRY(connection
                  .query("UPDATE callback SET held_until = 0 WHERE id = ? AND held_until <> 0")
                  .bind(callback)
                  .run());
    if (connection.changes() > 0) held_.insert(callback);
    return {};
}

void FreedCallbacks::tell(Core& core) const {
    for (const CallbackId callback : off_)
        core.deliveries.setOff(callback, false);
    for (const CallbackId callback : held_)
        core.deliveries.endCallbackHold(callback);
}

Status FreedCallbacks::bringForward(Core& core, TimePoint now) const {
    for (const CallbackId callback : off_) {
        for (;;) {
            FERRY_TRY_ASSIGN(
                const std::size_t count, bringSomeForward(core, callback, now, kBroughtAtOnce)
            );
            if (count < kBroughtAtOnce) break;
        }
    }
    return {};
}

Result<std::size_t> bringSomeForward(
    Core& core, CallbackId callback, TimePoint now, std::size_t limit
) {
    // In a lane it is the lane that waits, and its first delivery is due.
    const std::vector<LaneId> lanes = core.deliveries.lanesLater(callback, now, limit);
    std::vector<TriedDelivery> tried;
    FERRY_TRY(core.read([&](Connection& connection) -> Status {
        const std::size_t most = limit - lanes.size();
        FERRY_TRY(findTried(connection, callback, LaneId(), now, most, tried));
        for (const LaneId lane : lanes)
            FERRY_TRY(findTried(connection, callback, lane, now, most - tried.size(), tried));
        return {};
    }));
    std::size_t count = tried.size();
    const auto note = [&] {
        for (const TriedDelivery& one : tried)
            core.deliveries.noteDue(callback, one.lane, now);
        for (const LaneId lane : lanes)
            count += core.deliveries.endHold(callback, lane, now) ? 1 : 0;
    };
    if (tried.empty()) {  // of most callbacks: no transaction for them
        note();
        return count;
    }
    FERRY_TRY(core.write(
        [&](Connection& connection) -> Status {
            for (const TriedDelivery& one : tried) {
                FERRY_TRY(connection
                              .query("UPDATE delivery SET next_attempt_at = ?1 WHERE id = ?2 AND "
                                     "state = 0 AND attempt_count > 0 AND next_attempt_at > ?1")
                              .bind(now, one.id)
                              .run());
            }
            return {};
        },
        note,
        tried.size() * 64
    ));
    return count;
}

void SqliteDeliveryStore::pace(CallbackId callback, const CallbackPace& pace) {
    core_.deliveries.pace(callback, pace);
}

Status SqliteDeliveryStore::switchOff(CallbackId callback, TimePoint now, std::string_view reason) {
    return core_.write(
        [&](Connection& connection) -> Status {
            return connection.query("UPDATE callback SET off_at = ?, off_reason = ? WHERE id = ?")
                .bind(now, truncateUtf8(reason, kAttemptErrorBytesMax), callback)
                .run();
        },
        [&] { core_.deliveries.setOff(callback, true); }
    );
}

Status SqliteDeliveryStore::switchOn(CallbackId callback, TimePoint now) {
    FreedCallbacks freed;
    FERRY_TRY(core_.write(
        [&](Connection& connection) {
            freed.clear();
            return freed.free(connection, callback);
        },
        [&] { freed.tell(core_); }
    ));
    return freed.bringForward(core_, now);
}

Result<std::size_t> SqliteDeliveryStore::bringForward(
    CallbackId callback, TimePoint now, std::size_t limit
) {
    return bringSomeForward(core_, callback, now, limit);
}

Result<std::size_t> SqliteDeliveryStore::bringInstanceForward(
    CallbackId callback, InstanceId instance, TimePoint now
) {
    std::size_t count = 0;
    for (const LaneId lane : core_.deliveries.lanesLater(callback, now, kLanesMax)) {
        FERRY_TRY_ASSIGN(const bool is_its, hasInLane(core_, callback, lane, instance));
        if (is_its && core_.deliveries.endHold(callback, lane, now)) ++count;
        if (!is_its) continue;
        FERRY_TRY_ASSIGN(
            const std::size_t brought, bringLaneForward(core_, callback, lane, instance, now)
        );
        count += brought;
    }
    FERRY_TRY_ASSIGN(
        const std::size_t brought, bringLaneForward(core_, callback, LaneId(), instance, now)
    );
    return count + brought;
}

Result<std::vector<CallbackId>> SqliteDeliveryStore::dueLater(TimePoint now) {
    std::set<CallbackId> callbacks;
    for (const CallbackId callback : core_.deliveries.held(now))
        callbacks.insert(callback);
    FERRY_TRY(core_.read([&](Connection& connection) -> Status {
        auto next = connection.query(
            "SELECT callback_id, lane FROM delivery INDEXED BY delivery_waiting "
            "WHERE state = 0 AND (callback_id, lane) > (?, ?) ORDER BY callback_id, lane LIMIT 1"
        );
        auto latest = connection.query(
            "SELECT next_attempt_at FROM delivery INDEXED BY delivery_waiting WHERE state = 0 AND "
            "callback_id = ? AND lane = ? ORDER BY next_attempt_at DESC LIMIT 1"
        );
        CallbackId callback;
        for (LaneId lane;;) {
            FERRY_TRY_ASSIGN(const bool has_row, next.bind(callback, lane).step());
            if (!has_row) return {};
            callback = CallbackId(next.integer(0));
            lane = LaneId(next.integer(1));
            FERRY_TRY_ASSIGN(const bool has_latest, latest.bind(callback, lane).step());
            if (has_latest && latest.time(0) > now) callbacks.insert(callback);
        }
    }));
    return std::vector<CallbackId>(callbacks.begin(), callbacks.end());
}

Result<bool> SqliteDeliveryStore::isBehind(CallbackId callback, TimePoint now) {
    return core_.read([&](Connection& connection) {
        return connection
            .query(
                "SELECT 1 FROM (SELECT attempt_count, next_attempt_at FROM delivery INDEXED BY "
                "delivery_waiting WHERE state = 0 AND callback_id = ? "
                "ORDER BY lane, next_attempt_at, id LIMIT 100) "
                "WHERE attempt_count > 0 AND next_attempt_at <= ? LIMIT 1"
            )
            .bind(callback, now)
            .step();
    });
}

Result<std::vector<CallbackSwitchedOff>> SqliteDeliveryStore::switchedOff() {
    return core_.read([&](Connection& connection) {
        auto rows = connection.query(
            "SELECT id, off_at, off_reason FROM callback WHERE off_at <> 0 ORDER BY off_at, id"
        );
        return collect<CallbackSwitchedOff>(rows, [](const Query& row) {
            return CallbackSwitchedOff{CallbackId(row.integer(0)), row.time(1), row.text(2)};
        });
    });
}

}  // namespace ferry::store::sqlite
