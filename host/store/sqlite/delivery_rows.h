#pragma once
// Rows of the delivery table as values.

#include "model/delivery.h"
#include "store/sqlite/statement.h"
#include "store/sqlite/trace_column.h"

namespace ferry::store::sqlite {

/// The columns that `readDelivery` expects, in order.
#define FERRY_DELIVERY_COLUMNS                                                      \
    "id, instance_id, callback_id, first_event, last_event, state, attempt_count, " \
    "next_attempt_at, created_at, last_status, last_error, origin, replay_id, "     \
    "finished_at, trace, lane, records_first, records_last, acknowledged"

/// How many they are: what a query asks for besides stands behind them.
inline constexpr int kDeliveryColumns = 19;

inline Delivery readDelivery(const Query& row) {
    Delivery delivery;
    delivery.id = DeliveryId(row.integer(0));
    delivery.instance = InstanceId(row.integer(1));
    delivery.callback = CallbackId(row.integer(2));
    delivery.first_event = EventNumber(row.integer(3));
    delivery.last_event = EventNumber(row.integer(4));
    delivery.state = row.as<DeliveryState>(5);
    delivery.attempt_count = row.as<unsigned>(6);
    delivery.next_attempt_at = row.time(7);
    delivery.created_at = row.time(8);
    delivery.last_status = row.as<int>(9);
    delivery.last_error = row.text(10);
    delivery.origin = row.as<DeliveryOrigin>(11);
    delivery.replay = ReplayId(row.integer(12));
    delivery.finished_at = row.time(13);
    delivery.trace = readTrace(row, 14);
    delivery.lane = LaneId(row.integer(15));
    delivery.records_first = EventNumber(row.integer(16));
    delivery.records_last = EventNumber(row.integer(17));
    delivery.is_acknowledged = row.integer(18) != 0;
    return delivery;
}

}  // namespace ferry::store::sqlite
