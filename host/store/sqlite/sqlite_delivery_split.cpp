// Of SqliteDeliveryStore what makes several deliveries of one.

#include "store/sqlite/sequence.h"
#include "store/sqlite/sqlite_delivery_store.h"
#include "store/sqlite/trace_column.h"

#include <algorithm>

namespace ferry::store::sqlite {

Status SqliteDeliveryStore::split(const Delivery& delivery, std::span<const EventNumber> events) {
    if (events.empty()) return fail(ErrorCode::InvalidArgument, "a delivery of no events");
    // New numbers are greater than those of deliveries that are due at the same time and come
    // after this one; a moment earlier, all parts are before them.
    const TimePoint due_at =
        std::max(delivery.next_attempt_at, TimePoint() + Milliseconds(1)) - Milliseconds(1);
    return core_.write(
        [&](Connection& connection) -> Status {
            FERRY_TRY(
                connection
                    .query("UPDATE delivery SET first_event = ?, last_event = ?, "
                           "next_attempt_at = ? WHERE id = ? AND instance_id = ?")
                    .bind(events.front(), events.front(), due_at, delivery.id, delivery.instance)
                    .run()
            );
            if (connection.changes() == 0 || events.size() == 1) return {};
            FERRY_TRY_ASSIGN(
                std::int64_t id, takeNumbers(connection, "delivery", events.size() - 1)
            );
            auto insert = connection.query(
                "INSERT INTO delivery (id, instance_id, callback_id, first_event, last_event, "
                "state, attempt_count, next_attempt_at, created_at, finished_at, last_status, "
                "last_error, origin, replay_id, trace, lane) "
                "VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, 0, 0, '', ?, ?, ?, ?)"
            );
            const TraceColumn trace(delivery.trace);
            for (const EventNumber event : events.subspan(1)) {
                insert.bind(
                    id++,
                    delivery.instance,
                    delivery.callback,
                    event,
                    event,
                    due_at,
                    delivery.created_at,
                    delivery.origin,
                    delivery.replay,
                    trace.blob(),
                    delivery.lane
                );
                FERRY_TRY(insert.run());
            }
            return {};
        },
        [&] { core_.deliveries.end(delivery.id, delivery.callback, delivery.lane, due_at); },
        events.size() * 256
    );
}

}  // namespace ferry::store::sqlite
