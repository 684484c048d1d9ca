#include "store/sqlite/object_rows.h"

namespace ferry::store::sqlite {
namespace {

/// The ten columns that follow the key in both tables.
void readObject(const Query& row, IndexedObject& object) {
    object.object_id = row.text(1);
    object.path = row.text(2);
    object.name = row.text(3);
    object.kind = row.as<ObjectKind>(4);
    object.revision = row.text(5);
    object.content_hash = row.text(6);
    object.size = row.integer(7);
    object.modified_ms = row.integer(8);
    object.modified_by = row.text(9);
    object.object_type = row.text(10);
}

}  // namespace

IndexEntry readEntry(const Query& row) {
    IndexEntry entry;
    readObject(row, entry.object);
    const std::string_view key = row.view(0);
    // Keys that begin with \x01 are made up (see storageKey): such an object has no path.
    if (!key.starts_with('\x01')) entry.object.path_key = key;
    entry.generation = row.as<std::uint32_t>(11);
    return entry;
}

LostObject readLost(const Query& row) {
    LostObject lost;
    readObject(row, lost.object);
    lost.object.path_key = row.text(0);
    lost.event_id = row.text(11);
    lost.cascade_of = row.text(12);
    lost.raw = row.text(13);
    lost.lost_at_ms = row.integer(14);
    return lost;
}

FolderMove readMove(const Query& row) {
    FolderMove move;
    move.object_id = row.text(0);
    move.event_id = row.text(1);
    move.from_key = row.text(2);
    move.to_key = row.text(3);
    move.cascade_of = row.text(4);
    return move;
}

}  // namespace ferry::store::sqlite
