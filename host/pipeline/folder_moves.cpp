// What a move does, and what a moved folder means for the things in it: they follow by themselves, are
// said to be gone, or are in doubt when the move window closes (drain_end.cpp).

#include "pipeline/change_derivation.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {

using store::FolderMove;
using store::IndexEntry;

namespace {

/// Same object at another path: did its content change as well? Providers may give a new revision
/// for a mere move, so the revision counts only where there is nothing better, and of providers
/// with paths not at all.
bool hasNewContent(const IndexedObject& before, const IndexedObject& after) {
    if (after.kind == ObjectKind::Folder) return false;
    if (!before.content_hash.empty() && !after.content_hash.empty()) {
        return before.content_hash != after.content_hash;
    }
    if (before.size != after.size) return true;
    const bool is_size_known = after.size >= 0;
    return !is_size_known && after.path_key.empty() && before.revision != after.revision;
}

}  // namespace

Status ChangeDerivation::moved(
    const IndexedObject& before,
    std::string event_id,
    const std::string& lost_with,
    const IndexedObject& after,
    std::string& raw,
    TimePoint now
) {
    store(after);
    if (isSilent()) return {};
    const FolderMove* parent = moveOfParent(before.path_key);
    bool follows_parent = false;
    if (parent != nullptr) {
        FERRY_TRY_ASSIGN(follows_parent, isWithFolder(*parent, before.path_key, after.path_key));
    }
    Event& event = emit(EventType::Moved, std::move(event_id), after, now);
    event.previous_path = before.path;
    event.occurred_at = now;  // the provider's time is that of the content, not of the move
    event.raw = raw;
    const std::string id = event.id;

    if (follows_parent) {
        event.cascade_of = parent->event_id;
    } else {
        noteFolderMove(before, after, id, lost_with);
    }
    if (hasNewContent(before, after)) {
        emit(EventType::Updated, nextEventId(), after, now).raw = std::move(raw);
    }
    return {};
}

/// True if something went from `from` to `to` because the folder of `move` went, or went on.
Result<bool> ChangeDerivation::isWithFolder(
    const FolderMove& move, const std::string& from, const std::string& to
) {
    const std::string below = from.substr(move.from_key.size());
    if (to == move.to_key + below) return true;
    FERRY_TRY_ASSIGN(const IndexEntry* folder, overlay_.byId(move.object_id));
    return folder != nullptr && to == folder->object.path_key + below;
}

/// Remembers, until the move window closes, that a folder went elsewhere, or left and came back.
void ChangeDerivation::noteFolderMove(
    const IndexedObject& before,
    const IndexedObject& after,
    const std::string& event_id,
    const std::string& lost_with
) {
    if (after.kind != ObjectKind::Folder || before.path_key.empty() || after.path_key.empty()) {
        return;
    }
    if (folder_moves_.size() >= kFolderMovesMax) return;
    FolderMove& move = folder_moves_[before.path_key];
    const bool is_second = !move.from_key.empty() && move.event_id != event_id;
    move = FolderMove{after.object_id, event_id, before.path_key, after.path_key, lost_with};
    // Who of them took along what was below the place can't be told from the event it was lost with.
    if (is_second) move.event_id.clear();
    changed_moves_.push_back(before.path_key);
}

/// Nothing is known at a path inside a moved folder, but what went along with the folder is not known
/// there either until the provider shows it: then this says what became of it.
Result<bool> ChangeDerivation::removeFromMovedFolder(const std::string& path_key) {
    for (const auto& [from_key, move] : folder_moves_) {
        if (!path_key.starts_with(move.to_key + "/")) continue;
        const std::string before = from_key + path_key.substr(move.to_key.size());
        FERRY_TRY_ASSIGN(const bool has_lost, stopFollowing(before, move));
        if (has_lost) return true;
    }
    ++counts_.unknown_removals;
    return true;
}

/// A folder turned up elsewhere before its old place was said to be free: what is still below that is
/// lost, as the removal of the old place would have it. `event_id`: the folder's, "" if it has none yet;
/// `open_removal_event_id_` is it afterwards. False: the commit is full.
Result<bool> ChangeDerivation::loseLeftBehind(
    const std::string& from_key, const std::string& event_id, TimePoint now
) {
    if (open_removal_ != from_key) {
        open_removal_ = from_key;
        open_removal_event_id_ = event_id.empty() ? nextEventId() : event_id;
    }
    FERRY_TRY_ASSIGN(const bool is_done, removeBelow(from_key, open_removal_event_id_, {}, now));
    if (is_done) open_removal_.clear();
    return is_done;
}

/// What was lost at `path_key` or below with the folder of `move` does not go along with it: it was
/// removed from there, what is below `path_key` with the folder that was there.
Result<bool> ChangeDerivation::stopFollowing(
    const std::string& path_key, const store::FolderMove& move
) {
    FERRY_TRY_ASSIGN(auto lost_objects, overlay_.lostUnder(path_key));
    const auto top = std::find_if(lost_objects.begin(), lost_objects.end(), [&](const auto& lost) {
        return lost.object.path_key == path_key;
    });
    const std::string removal = top == lost_objects.end() ? std::string() : top->event_id;
    bool has_any = false;
    for (store::LostObject& lost : lost_objects) {
        if (lost.cascade_of.empty()) continue;
        if (!isLostWith(lost, move)) continue;
        lost.cascade_of = lost.object.path_key == path_key ? std::string() : removal;
        overlay_.addLost(std::move(lost));
        has_any = true;
    }
    return has_any;
}

/// True if `lost`, which was below the old place of `move`, may have gone along with the folder.
bool ChangeDerivation::isLostWith(const store::LostObject& lost, const FolderMove& move) {
    if (lost.cascade_of.empty()) return false;
    return move.event_id.empty() || lost.cascade_of == move.event_id ||
           lost.cascade_of == move.cascade_of;
}

const FolderMove* ChangeDerivation::moveOfParent(const std::string& path_key) const {
    if (folder_moves_.empty()) return nullptr;
    for (std::size_t end = path_key.rfind('/'); end != std::string::npos && end > 0;
         end = path_key.rfind('/', end - 1)) {
        const auto found = folder_moves_.find(path_key.substr(0, end));
        if (found != folder_moves_.end()) return &found->second;
    }
    return nullptr;
}

}  // namespace ferry::pipeline
