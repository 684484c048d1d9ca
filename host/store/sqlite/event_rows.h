#pragma once
// Rows of the event table as values.

#include "model/event.h"
#include "store/sqlite/statement.h"

namespace ferry::store::sqlite {

/// The columns that `readEvent` expects, in order.
#define FERRY_EVENT_COLUMNS \
    "number, instance_id, id, type, object_kind, object_type, recorded_at, body, raw"

/// Uses the memory of what was in `event` again.
inline void readEvent(const Query& row, RecordedEvent& event) {
    event.number = EventNumber(row.integer(0));
    event.instance = InstanceId(row.integer(1));
    event.id = row.view(2);
    event.type = row.as<EventType>(3);
    event.object_kind = row.as<ObjectKind>(4);
    event.object_type = row.view(5);
    event.recorded_at = row.time(6);
    event.body = row.view(7);
    event.raw = row.view(8);
}

inline RecordedEvent readEvent(const Query& row) {
    RecordedEvent event;
    readEvent(row, event);
    return event;
}

}  // namespace ferry::store::sqlite
