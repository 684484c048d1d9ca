// The end of a drain: what a resync did not see, and what is still lost when the move window
// closes.

#include "pipeline/change_derivation.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {

using store::FolderMove;
using store::IndexEntry;
using store::LostObject;

Result<DrainEnd> ChangeDerivation::finish(TimePoint now, bool had_changes) {
    if (isSwept()) {
        FERRY_TRY_ASSIGN(const bool is_done, sweepUnseen(now));
        if (!is_done) return DrainEnd::Continue;
    }
    if (overlay_.changesLost() && !overlay_.addsLost()) return DrainEnd::Continue;
    FERRY_TRY_ASSIGN(const bool has_lost, hasLost());
    if (has_lost) {
        if (waitsForMoves(now, had_changes)) return DrainEnd::WaitForMoves;
        is_settling_ = true;
        if (overlay_.writes() > 0) return DrainEnd::Continue;
        FERRY_TRY_ASSIGN(const DrainEnd settled, settleLost(now));
        if (settled != DrainEnd::Complete) return settled;
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
    // The clock may have been set back since.
    position_.window_until_ms =
        std::min(position_.window_until_ms, now_ms + options_.move_window.count());
    const bool opens = position_.window_until_ms == 0;
    const bool extends = had_changes && now_ms >= position_.window_until_ms &&
                         position_.window_round < kWindowRoundsMax;
    if (opens || extends) {
        position_.window_until_ms = now_ms + options_.move_window.count();
        ++position_.window_round;
    }
    return now_ms < position_.window_until_ms;
}

void ChangeDerivation::noteShown(const IndexedObject& object) {
    const std::string_view type = objectTypeName(object.kind, object.object_type);
    const bool is_known = shown_types_.find(type) != shown_types_.end();
    if (!is_known && shown_types_.size() < kShownTypesMax) shown_types_.emplace(type);
}

bool ChangeDerivation::isUnconfirmed(const IndexEntry& entry) const {
    // Of a resync nobody knows when the next one comes: that can't wait for it.
    if (position_.phase != SyncPhase::Compare || shown_types_.size() >= kShownTypesMax)
        return false;
    const std::string_view type = objectTypeName(entry.object.kind, entry.object.object_type);
    return entry.generation + 1 >= position_.generation &&
           shown_types_.find(type) == shown_types_.end();
}

Result<bool> ChangeDerivation::sweepUnseen(TimePoint now) {
    // Nor can a resync wait here.
    const bool waits = options_.compares_twice && position_.phase == SyncPhase::Compare;
    const std::uint32_t seen_since = position_.generation - (waits ? 1 : 0);
    std::string after;
    for (;;) {
        if (isFull()) return false;
        FERRY_TRY_ASSIGN(
            const auto unseen, store_.entriesOlderThan(instance_, seen_since, after, kSubtreeChunk)
        );
        for (const IndexEntry& entry : unseen) {
            after = store::storageKey(entry.object);
            // Through the overlay: this page may have seen the object, or taken its place.
            FERRY_TRY_ASSIGN(const IndexEntry* current, overlay_.at(after));
            if (current == nullptr || current->generation >= seen_since) continue;
            if (isUnconfirmed(*current)) continue;
            lose(IndexEntry(*current), nextEventId(), {}, {}, now);
        }
        if (unseen.size() < kSubtreeChunk) return true;
    }
}

Result<DrainEnd> ChangeDerivation::settleLost(TimePoint now) {
    FERRY_TRY_ASSIGN(const auto lost, store_.lost(instance_, kSubtreeChunk));
    for (const LostObject& object : lost) {
        FERRY_TRY_ASSIGN(const bool is_doubtful, isInDoubt(object));
        if (is_doubtful) return DrainEnd::InDoubt;
        FERRY_TRY(settle(object, now));
    }
    // What was settled leaves the store with the commit; ask again after it.
    return lost.empty() ? DrainEnd::Complete : DrainEnd::Continue;
}

/// True if the provider has shown where the folder of `lost` is by now, but neither that the object
/// is in it nor that it is not: it may list a moved folder alone, or have left out what happened
/// since.
Result<bool> ChangeDerivation::isInDoubt(const LostObject& lost) {
    // A listing that is swept at its end has shown everything there is.
    if (isSwept() || lost.cascade_of.empty()) return false;
    if (folder_moves_.size() >= kFolderMovesMax) return true;  // not all of them were noted
    const FolderMove* move = moveOfParent(lost.object.path_key);
    if (move == nullptr) return false;
    // What was removed by itself, or with a folder below the moved one, was gone before.
    if (!isLostWith(lost, *move)) return false;
    FERRY_TRY_ASSIGN(const IndexEntry* folder, overlay_.byId(move->object_id));
    return folder != nullptr;
}

Status ChangeDerivation::settle(const LostObject& lost, TimePoint now) {
    FERRY_TRY(overlay_.lostById(lost.object.object_id));
    overlay_.removeLost(lost.object.object_id);
    tombstones_.push_back(lost.object);
    if (isSilent()) return {};
    Event& event = emit(EventType::Deleted, lost.event_id, lost.object, now);
    const FolderMove* move = moveOfParent(lost.object.path_key);
    // A folder that came back has no event that this one could name.
    const bool came_back = move != nullptr && move->from_key == move->to_key;
    if (!came_back || lost.cascade_of != move->event_id) event.cascade_of = lost.cascade_of;
    event.occurred_at = fromEpochMilliseconds(lost.lost_at_ms);
    event.raw = lost.raw;
    return {};
}

void ChangeDerivation::beginComparison() {
    position_.beginListing(SyncPhase::Compare);
    shown_types_.clear();
    is_settling_ = false;
}

void ChangeDerivation::beginListing() {
    // A baseline that is listed again is still a baseline.
    const bool is_live = position_.phase == SyncPhase::Live;
    position_.beginListing(is_live ? SyncPhase::Resync : position_.phase);
    is_settling_ = false;
}

}  // namespace ferry::pipeline
