#pragma once
// Rows of the object index, of lost objects and of folder moves as values.

#include "store/sqlite/statement.h"
#include "store/sync_store.h"

namespace ferry::store::sqlite {

/// The columns that `readEntry` expects, in order.
#define FERRY_OBJECT_COLUMNS                                                                \
    "storage_key, object_id, path, name, kind, revision, content_hash, size, modified_ms, " \
    "modified_by, object_type, generation"

IndexEntry readEntry(const Query& row);

/// The columns that `readLost` expects, in order.
#define FERRY_LOST_COLUMNS                                                               \
    "path_key, object_id, path, name, kind, revision, content_hash, size, modified_ms, " \
    "modified_by, object_type, event_id, cascade_of, raw, lost_at_ms"

LostObject readLost(const Query& row);

/// The columns that `readMove` expects, in order.
#define FERRY_MOVE_COLUMNS "object_id, event_id, from_key, to_key, cascade_of"

FolderMove readMove(const Query& row);

}  // namespace ferry::store::sqlite
