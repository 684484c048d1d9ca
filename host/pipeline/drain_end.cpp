// The end of a drain: what a resync did not see, what a moved folder left behind, and what is still
// lost when the move window closes.

#include "pipeline/change_derivation.h"

#include <utility>

namespace ferry::pipeline {

using store::FolderMove;
using store::IndexEntry;
using store::LostObject;

Result<DrainEnd> ChangeDerivation::finish(TimePoint now, bool had_changes) {
    // A first listing that had to begin again has seen things that are gone by now.
    if (position_.phase != SyncPhase::Live && position_.generation > 1) {
        FERRY_TRY_ASSIGN(const bool is_swept, sweepUnseen(now));
        if (!is_swept) return DrainEnd::Continue;
    }
    FERRY_TRY_ASSIGN(const bool is_complete, loseLeftBehind(now));
    if (!is_complete) return DrainEnd::Continue;

    if (overlay_.changesLost() && !overlay_.addsLost()) return DrainEnd::Continue;
    FERRY_TRY_ASSIGN(const bool has_lost, hasLost());
    if (has_lost) {
        if (waitsForMoves(now, had_changes)) return DrainEnd::WaitForMoves;
        is_settling_ = true;
        if (overlay_.writes() > 0) return DrainEnd::Continue;
        FERRY_TRY_ASSIGN(const bool is_settled, settleLost(now));
        if (!is_settled) return DrainEnd::Continue;
    }

    if (!folder_moves_.empty()) {
        folder_moves_.clear();
        changed_moves_.clear();
        clears_folder_moves_ = true;
    }
    position_.phase = SyncPhase::Live;
    position_.window_round = 0;
    position_.window_until_ms = 0;
    is_settling_ = false;
    return DrainEnd::Complete;
}

Result<bool> ChangeDerivation::hasLost() {
    if (overlay_.addsLost()) return true;
    FERRY_TRY_ASSIGN(const auto lost, store_.lost(instance_, 1));
    return !lost.empty();
}

bool ChangeDerivation::waitsForMoves(TimePoint now, bool had_changes) {
    // A full listing is complete: what it does not show has no second half to wait for.
    if (position_.phase != SyncPhase::Live || is_settling_) return false;
    const std::int64_t now_ms = toEpochMilliseconds(now);
    const bool opens = position_.window_until_ms == 0;
    const bool extends = had_changes && now_ms >= position_.window_until_ms &&
                         position_.window_round < kWindowRoundsMax;
    if (opens || extends) {
        position_.window_until_ms = now_ms + options_.move_window.count();
        ++position_.window_round;
    }
    return now_ms < position_.window_until_ms;
}

Result<bool> ChangeDerivation::sweepUnseen(TimePoint now) {
    std::string after;
    for (;;) {
        if (isFull()) return false;
        FERRY_TRY_ASSIGN(
            const auto unseen,
            store_.entriesOlderThan(instance_, position_.generation, after, kSubtreeChunk)
        );
        for (const IndexEntry& entry : unseen) {
            after = store::storageKey(entry.object);
            // Through the overlay: this page may have seen the object, or taken its place.
            FERRY_TRY_ASSIGN(const IndexEntry* current, overlay_.at(after));
            if (current == nullptr || current->generation >= position_.generation) continue;
            lose(IndexEntry(*current), nextEventId(), {}, {}, now);
        }
        if (unseen.size() < kSubtreeChunk) return true;
    }
}

Result<bool> ChangeDerivation::loseLeftBehind(TimePoint now) {
    for (auto& [from_key, move] : folder_moves_) {
        FERRY_TRY_ASSIGN(const IndexEntry* occupant, overlay_.at(from_key));
        // Another folder stands there by now, and what is below may be its own.
        if (occupant != nullptr) continue;
        FERRY_TRY_ASSIGN(const bool is_done, removeBelow(from_key, move.event_id, {}, now));
        if (!is_done) return false;
    }
    return true;
}

Result<bool> ChangeDerivation::settleLost(TimePoint now) {
    FERRY_TRY_ASSIGN(const auto lost, store_.lost(instance_, kSubtreeChunk));
    for (const LostObject& object : lost)
        FERRY_TRY(settle(object, now));
    // What was settled leaves the store with the commit; ask again after it.
    return lost.empty();
}

Status ChangeDerivation::settle(const LostObject& lost, TimePoint now) {
    FERRY_TRY(overlay_.lostById(lost.object.object_id));
    overlay_.removeLost(lost.object.object_id);
    const FolderMove* parent = moveOfParent(lost.object.path_key);
    // What was removed by itself, or with a folder below the moved one, was gone before.
    const bool was_in_it =
        parent != nullptr && !lost.cascade_of.empty() &&
        (lost.cascade_of == parent->event_id || lost.cascade_of == parent->cascade_of);
    if (was_in_it && !parent->children_seen) {
        // The provider names the moved folder only: what was in it went along, to where the folder is
        // by now. If that is nowhere, it was deleted with the folder.
        FERRY_TRY_ASSIGN(const IndexEntry* folder, overlay_.byId(parent->object_id));
        const bool has_folder = folder != nullptr && !folder->object.path_key.empty();
        IndexedObject object = lost.object;
        if (has_folder) {
            object.path_key =
                folder->object.path_key + object.path_key.substr(parent->from_key.size());
            if (object.path.size() > parent->from_path.size()) {
                object.path = folder->object.path + object.path.substr(parent->from_path.size());
            }
        }
        FERRY_TRY_ASSIGN(const IndexEntry* occupant, overlay_.at(object.path_key));
        if (has_folder && occupant == nullptr) {
            store(object);
            Event& event = emit(EventType::Moved, lost.event_id, object, now);
            event.previous_path = lost.object.path;
            event.cascade_of = parent->event_id;
            event.occurred_at = now;
            return {};
        }
    }
    tombstones_.push_back(lost.object);
    Event& event = emit(EventType::Deleted, lost.event_id, lost.object, now);
    event.cascade_of = lost.cascade_of;
    event.occurred_at = fromEpochMilliseconds(lost.lost_at_ms);
    event.raw = lost.raw;
    return {};
}

}  // namespace ferry::pipeline
