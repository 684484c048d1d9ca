#pragma once
// Rows of the replay table as values, and deliveries that are made again.

#include "model/replay.h"
#include "store/replay_store.h"
#include "store/sqlite/connection.h"

namespace ferry::store::sqlite {

/// The columns that `readReplay` expects, in order.
#define FERRY_REPLAY_COLUMNS                                                               \
    "id, state, is_dry_run, instances, types, object_types, from_at, to_at, first_event, " \
    "end_event, "                                                                          \
    "rate, opened_until, instances_n, skipped_n, examined_n, matched_n, deliveries_n, "    \
    "created_at, "                                                                         \
    "updated_at, is_redelivery"

Replay readReplay(const Query& row);

/// "3,17".
std::string joinIds(const std::vector<InstanceId>& ids);

Result<ReplayId> insertReplay(Connection& connection, const Replay& replay);

/// Makes a delivery of the page, due at `now`. Gives its id; none, and nothing is made, if the
/// instance is gone.
Result<DeliveryId> insertCopy(
    Connection& connection,
    const ReplayedPage& page,
    DeliveryOrigin origin,
    ReplayId replay,
    TimePoint now
);

}  // namespace ferry::store::sqlite
