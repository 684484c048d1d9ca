// What a removal does: the objects at a path and below it are lost, until they turn up elsewhere or
// the move window closes.

#include "pipeline/change_derivation.h"

#include <utility>

namespace ferry::pipeline {

using store::IndexEntry;

Result<bool> ChangeDerivation::removePath(
    const std::string& path_key, const std::string& raw, TimePoint now
) {
    FERRY_TRY_ASSIGN(const IndexEntry* found, overlay_.at(path_key));
    if (found != nullptr) {
        const IndexEntry entry = *found;
        std::string event_id = nextEventId();
        lose(entry, event_id, {}, raw, now);
        if (entry.object.kind == ObjectKind::File) return true;
        open_removal_ = path_key;
        open_removal_event_id_ = std::move(event_id);
    } else if (open_removal_ != path_key) {
        // Nothing here, but perhaps below: the folder may have turned up elsewhere before, or the
        // provider may not have listed it.
        open_removal_ = path_key;
        const auto move = folder_moves_.find(path_key);
        open_removal_event_id_ = move == folder_moves_.end() ? "" : move->second.event_id;
        FERRY_TRY_ASSIGN(const auto children, overlay_.below(path_key, 1));
        if (children.empty()) {
            open_removal_.clear();
            return removeFromMovedFolder(path_key);
        }
    }
    FERRY_TRY_ASSIGN(const bool is_done, removeBelow(path_key, open_removal_event_id_, raw, now));
    if (is_done) open_removal_.clear();
    return is_done;
}

/// Something is in a place below a file: a folder has replaced the file, and the provider leaves it out
/// or shows it later.
Status ChangeDerivation::replaceFileAbove(
    std::string_view path_key, const std::string& raw, TimePoint now
) {
    for (auto above = parentOf(path_key); !above.empty(); above = parentOf(above)) {
        FERRY_TRY_ASSIGN(const IndexEntry* entry, overlay_.at(std::string(above)));
        if (entry == nullptr) continue;
        if (entry->object.kind == ObjectKind::File) {
            lose(IndexEntry(*entry), nextEventId(), {}, raw, now);
        }
        return {};
    }
    return {};
}

Result<bool> ChangeDerivation::removeBelow(
    const std::string& path_key,
    const std::string& cascade_of,
    const std::string& raw,
    TimePoint now
) {
    for (;;) {
        if (isFull()) return false;
        FERRY_TRY_ASSIGN(const auto children, overlay_.below(path_key, kSubtreeChunk));
        for (const IndexEntry& child : children)
            lose(child, nextEventId(), cascade_of, raw, now);
        if (children.size() < kSubtreeChunk) return true;
    }
}

void ChangeDerivation::lose(
    const IndexEntry& entry,
    std::string event_id,
    const std::string& cascade_of,
    const std::string& raw,
    TimePoint now
) {
    overlay_.removeAt(store::storageKey(entry.object));
    if (isSilent()) return;
    overlay_.addLost({entry.object, std::move(event_id), cascade_of, raw, toEpochMilliseconds(now)}
    );
}

}  // namespace ferry::pipeline
