#include "pipeline/change_derivation.h"

#include "model/event_id.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {

using store::FolderMove;
using store::IndexEntry;
using store::LostObject;

namespace {

/// Same object at the same path: is there a new version of it? A folder at a path has none; of one
/// without a path all that its provider calls another revision is told.
bool isNewVersion(const IndexedObject& before, const IndexedObject& after) {
    const bool are_folders = after.kind == ObjectKind::Folder && before.kind == ObjectKind::Folder;
    if (are_folders && !after.path_key.empty()) return false;
    // The size of a folder is that of all that is in it: each file below would change it.
    const bool is_resized = !are_folders && before.size != after.size;
    return before.kind != after.kind || before.content_hash != after.content_hash || is_resized ||
           before.revision != after.revision;
}

/// An object without a path key stays at its place in the index whatever becomes of it: what is
/// shown of it tells that it moved.
bool isShownElsewhere(const IndexedObject& before, const IndexedObject& after) {
    if (after.kind == ObjectKind::Other || !after.path_key.empty()) return false;
    return before.name != after.name || before.path != after.path;
}

}  // namespace

ChangeDerivation::ChangeDerivation(
    store::SyncStore& store,
    InstanceId instance,
    SyncPosition position,
    std::vector<FolderMove> folder_moves,
    DerivationOptions options
)
    : store_(store),
      instance_(instance),
      options_(std::move(options)),
      event_id_hub_(eventIdHub(options_.hub_id)),
      position_(std::move(position)),
      overlay_(store, instance) {
    for (FolderMove& move : folder_moves) {
        std::string from = move.from_key;
        folder_moves_.emplace(std::move(from), std::move(move));
    }
}

Status ChangeDerivation::prefetch(
    const std::vector<NormalizedChange>& page, CommitBefore commit_before
) {
    if (commit_before == CommitBefore::OnDisk) overlay_.noteCommitted();
    std::vector<std::string> keys;
    std::vector<std::string> parents;
    std::vector<std::string> ids;
    keys.reserve(page.size());
    ids.reserve(page.size());
    for (const NormalizedChange& change : page) {
        if (const auto* upsert = std::get_if<UpsertObject>(&change.action)) {
            keys.push_back(store::storageKey(upsert->object));
            ids.push_back(upsert->object.object_id);
            std::string_view parent = parentOf(upsert->object.path_key);
            if (!parent.empty() && (parents.empty() || parents.back() != parent)) {
                parents.emplace_back(parent);
            }
        } else if (const auto* removal = std::get_if<RemovePath>(&change.action)) {
            keys.push_back(removal->path_key);
        } else if (const auto* gone = std::get_if<RemoveObject>(&change.action)) {
            ids.push_back(gone->object_id);
        }
    }
    return overlay_.prefetch(keys, parents, ids);
}

bool ChangeDerivation::needsNoStore(const std::vector<NormalizedChange>& page) const {
    return std::all_of(page.begin(), page.end(), [this](const NormalizedChange& change) {
        const auto* put = std::get_if<UpsertObject>(&change.action);
        return put != nullptr &&
               overlay_.isSimplePut(store::storageKey(put->object), put->object.object_id);
    });
}

Result<bool> ChangeDerivation::apply(NormalizedChange& change, TimePoint now) {
    if (isFull()) return false;
    if (auto* put = std::get_if<UpsertObject>(&change.action)) {
        return upsert(*put, change.raw, now);
    }
    if (const auto* removal = std::get_if<RemovePath>(&change.action)) {
        return removePath(removal->path_key, change.raw, now);
    }
    if (const auto* gone = std::get_if<RemoveObject>(&change.action)) {
        FERRY_TRY_ASSIGN(const IndexEntry* entry, overlay_.byId(gone->object_id));
        if (entry == nullptr) {
            ++counts_.unknown_removals;
            return true;
        }
        if (!entry->object.path_key.empty()) {
            return removePath(std::string(entry->object.path_key), change.raw, now);
        }
        lose(IndexEntry(*entry), nextEventId(), {}, change.raw, now);
        return true;
    }
    if (const auto* direct = std::get_if<DirectEvent>(&change.action)) {
        if (!isSilent()) report(*direct, change.raw, now);
        return true;
    }
    if (std::holds_alternative<IgnoreChange>(change.action)) ++counts_.ignored;
    if (std::holds_alternative<RejectChange>(change.action)) ++counts_.rejected;
    return true;
}

void ChangeDerivation::report(const DirectEvent& direct, std::string& raw, TimePoint now) {
    Event& event = emit(direct.type, nextEventId(), direct.object, now);
    event.previous_path = direct.previous_path;
    event.is_restored = direct.is_restored;
    event.properties = direct.properties;
    if (direct.occurred_ms > 0) event.occurred_at = fromEpochMilliseconds(direct.occurred_ms);
    event.raw = std::move(raw);
}

/// Takes `put` apart only if the change is applied in full.
Result<bool> ChangeDerivation::upsert(UpsertObject& put, std::string& raw, TimePoint now) {
    IndexedObject& object = put.object;
    const std::string key = store::storageKey(object);
    if (open_removal_ == key) {
        FERRY_TRY_ASSIGN(const bool is_done, removePath(key, raw, now));
        if (!is_done) return false;
    }
    FERRY_TRY_ASSIGN(const IndexEntry* occupant, overlay_.at(key));
    if (occupant != nullptr && occupant->object.object_id != object.object_id) {
        // A file replaces what was at its path and all below; a folder leaves the children.
        const bool takes_children =
            object.kind == ObjectKind::File && occupant->object.kind == ObjectKind::Folder;
        if (takes_children) {
            FERRY_TRY_ASSIGN(const bool is_done, removePath(key, raw, now));
            if (!is_done) return false;
        } else {
            lose(IndexEntry(*occupant), nextEventId(), {}, raw, now);
        }
    }
    // The key of an object without a path is made of its id, and a place of nothing else.
    const bool has_path = !object.path_key.empty();
    if (occupant == nullptr && object.kind == ObjectKind::File && has_path) {
        // A folder was here and is left out, as its entry had the same path as this one.
        FERRY_TRY_ASSIGN(const bool has_below, overlay_.hasBelow(key));
        if (has_below) {
            FERRY_TRY_ASSIGN(const bool is_done, removePath(key, raw, now));
            if (!is_done) return false;
        }
    }

    FERRY_TRY_ASSIGN(const IndexEntry* known, overlay_.byId(object.object_id));
    if (known != nullptr && store::storageKey(known->object) == key) {
        return samePlace(IndexEntry(*known), put, raw, now);
    }
    FERRY_TRY(replaceFileAbove(object.path_key, raw, now));
    // Again: the file above may be this very object, which is lost then, and turns up.
    FERRY_TRY_ASSIGN(known, overlay_.byId(object.object_id));
    if (known != nullptr) {
        const IndexedObject before = known->object;
        const std::string old_key = store::storageKey(before);
        std::string event_id;
        const bool was_place = before.kind == ObjectKind::Folder && !before.path_key.empty();
        if (was_place && losesLeftBehind()) {
            FERRY_TRY_ASSIGN(const bool is_done, loseLeftBehind(old_key, {}, now));
            if (!is_done) return false;
            event_id = std::exchange(open_removal_event_id_, {});
        } else {
            event_id = nextEventId();
        }
        overlay_.removeAt(old_key);
        FERRY_TRY(moved(before, std::move(event_id), {}, object, raw, now));
        return true;
    }
    FERRY_TRY_ASSIGN(const LostObject* lost, overlay_.lostById(object.object_id));
    if (lost != nullptr) return turnUp(LostObject(*lost), put, raw, now);
    FERRY_TRY(created(std::move(put), raw, now));
    return true;
}

/// A lost object is there again, here or elsewhere.
Result<bool> ChangeDerivation::turnUp(
    const LostObject& before, UpsertObject& put, std::string& raw, TimePoint now
) {
    IndexedObject& object = put.object;
    const std::string key = store::storageKey(object);
    const std::string old_key = store::storageKey(before.object);
    const bool was_place =
        before.object.kind == ObjectKind::Folder && !before.object.path_key.empty();
    if (was_place && old_key != key && losesLeftBehind()) {
        // Another folder took its place, which leaves there what was in this one.
        FERRY_TRY_ASSIGN(const bool is_done, loseLeftBehind(old_key, before.event_id, now));
        if (!is_done) return false;
    }
    overlay_.removeLost(object.object_id);
    if (old_key == key) {
        // Gone and back in the same place: nothing happened, unless it has a new version.
        noteFolderMove(before.object, object, before.event_id, before.cascade_of);
        return samePlace({before.object, 0}, put, raw, now);
    } else {
        FERRY_TRY(moved(before.object, before.event_id, before.cascade_of, object, raw, now));
    }
    return true;
}

Result<bool> ChangeDerivation::samePlace(
    const IndexEntry& before, UpsertObject& put, std::string& raw, TimePoint now
) {
    const IndexedObject& after = put.object;
    if (isShownElsewhere(before.object, after)) {
        const std::size_t first = events_.size();
        FERRY_TRY(moved(before.object, nextEventId(), {}, after, raw, now));
        for (std::size_t i = first; i < events_.size(); ++i)
            events_[i].properties = put.properties;
        return true;
    }
    const bool is_new_version = isNewVersion(before.object, after);
    if (is_new_version || before.object != after || before.generation != position_.generation) {
        store(after);
    }
    if (is_new_version && !isSilent()) {
        Event& event = emit(EventType::Updated, nextEventId(), after, now);
        event.properties = std::move(put.properties);
        event.raw = std::move(raw);
    }
    return true;
}

Status ChangeDerivation::created(UpsertObject put, std::string& raw, TimePoint now) {
    store(put.object);
    if (isSilent()) return {};
    bool is_restored = false;
    if (position_.phase != SyncPhase::Baseline) {
        FERRY_TRY_ASSIGN(is_restored, overlay_.hasTombstone(put.object.object_id));
        if (is_restored) tombstone_removals_.push_back(put.object.object_id);
    }
    const bool is_older = put.existed && !is_restored;
    const EventType type = is_older ? EventType::Updated : EventType::Created;
    Event& event = emit(type, nextEventId(), std::move(put.object), now);
    event.is_restored = is_restored;
    event.properties = std::move(put.properties);
    event.raw = std::move(raw);
    return {};
}

std::string ChangeDerivation::nextEventId() {
    return makeEventId({event_id_hub_, instance_, ++position_.event_sequence});
}

Event& ChangeDerivation::emit(EventType type, std::string id, IndexedObject object, TimePoint now) {
    Event& event = events_.emplace_back();
    ++counts_.events;
    event.type = type;
    event.id = std::move(id);
    event.occurred_at = object.modified_ms > 0 ? fromEpochMilliseconds(object.modified_ms) : now;
    event.object = std::move(object);
    switch (position_.phase) {
        case SyncPhase::Skip:
        case SyncPhase::Baseline:
            event.origin = EventOrigin::Baseline;
            break;
        case SyncPhase::Live:
        case SyncPhase::Compare:
            event.origin = EventOrigin::Live;
            break;
        case SyncPhase::Resync:
            event.origin = EventOrigin::Resync;
            break;
    }
    return event;
}

std::vector<Event> ChangeDerivation::flush(store::SyncCommit& commit) {
    commit.instance = instance_;
    commit.position = position_;
    overlay_.takeWrites(commit);
    commit.clears_folder_moves = std::exchange(clears_folder_moves_, false);
    for (const std::string& from_key : std::exchange(changed_moves_, {})) {
        const auto found = folder_moves_.find(from_key);
        if (found != folder_moves_.end()) commit.folder_move_puts.push_back(found->second);
    }
    commit.tombstone_puts = std::exchange(tombstones_, {});
    commit.tombstone_removals = std::exchange(tombstone_removals_, {});
    return std::exchange(events_, {});
}

}  // namespace ferry::pipeline
