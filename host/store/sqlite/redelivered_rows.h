#pragma once
// Deliveries that are made to wait again, in a transaction, and what the schedule has to know
// after it.

#include "store/replay_store.h"
#include "store/sqlite/core.h"

#include <span>
#include <vector>

namespace ferry::store::sqlite {

struct WaitsAgain {
    CallbackId callback;
    LaneId lane;
    TimePoint due_at;
};

struct Redelivered {
    TimePoint now;
    bool goes_first = false;  ///< before what waits for their callbacks
    std::vector<WaitsAgain> waiting = {};
    bool is_done = false;  ///< of a job: nothing is left
};

/// Makes the deliveries wait again, due at `again.now` or first, or in their old places of their
/// lanes, and adds them to `again.waiting`; unknown ones are skipped.
Status makeWait(
    Connection& connection, Core& core, std::span<const DeliveryKey> keys, Redelivered& again
);

/// Once it is committed.
void tellSchedule(Core& core, const Redelivered& again);

}  // namespace ferry::store::sqlite
