#pragma once
// The one transaction of a drain: index, lost objects, events, deliveries and position together.

#include "store/sqlite/connection.h"
#include "store/sync_store.h"

#include <optional>

namespace ferry::store::sqlite {

/// Replaces the position of the instance.
Status writePosition(Connection& connection, InstanceId instance, const SyncPosition& position);

/// About how much the commit writes; bounds the group.
std::size_t bytesOf(const SyncCommit& commit);

/// Writes all of it. `notice_due_at` gets the time the instance is due at now, if the commit ends
/// its lease. NotFound if the instance was removed.
Status writeCommit(
    Connection& connection, const SyncCommit& commit, std::optional<TimePoint>& notice_due_at
);

}  // namespace ferry::store::sqlite
