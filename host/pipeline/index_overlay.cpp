#include "pipeline/index_overlay.h"

#include "base/check.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {

using store::IndexEntry;
using store::LostObject;

Result<const IndexEntry*> IndexOverlay::at(const std::string& key) {
    auto found = slots_.find(key);
    if (found == slots_.end()) {
        FERRY_TRY_ASSIGN(auto places, store_.placesAt(instance_, std::span(&key, 1)));
        rememberPlace(key, std::move(places.front()));
        found = slots_.find(key);
    }
    return found->second.entry ? &*found->second.entry : nullptr;
}

Result<const IndexEntry*> IndexOverlay::byId(const std::string& object_id) {
    IdSlot& slot = ids_[object_id];
    if (!slot.is_key_known) {
        FERRY_TRY_ASSIGN(auto entries, store_.entriesById(instance_, std::span(&object_id, 1)));
        if (entries.front()) {
            const std::string key = store::storageKey(entries.front()->object);
            remember(key, std::move(entries.front()));
        }
        slot.is_key_known = true;
    }
    if (slot.key.empty()) return nullptr;
    return at(slot.key);
}

Result<const LostObject*> IndexOverlay::lostById(const std::string& object_id) {
    IdSlot& slot = ids_[object_id];
    if (!slot.is_lost_known) {
        FERRY_TRY_ASSIGN(auto lost, store_.lostById(instance_, std::span(&object_id, 1)));
        rememberLost(slot, std::move(lost.front()));
    }
    return slot.lost.get();
}

Result<std::vector<LostObject>> IndexOverlay::lostUnder(const std::string& path_key) {
    FERRY_TRY_ASSIGN(auto stored, store_.lostUnder(instance_, path_key));
    for (LostObject& lost : stored) {
        IdSlot& slot = ids_[lost.object.object_id];
        if (!slot.is_lost_known) rememberLost(slot, std::move(lost));
    }
    std::vector<LostObject> found;
    for (const auto& [id, slot] : ids_) {
        if (slot.lost == nullptr) continue;
        const std::string& at = slot.lost->object.path_key;
        if (at == path_key || at.starts_with(path_key + "/")) found.push_back(*slot.lost);
    }
    return found;
}

Result<bool> IndexOverlay::hasTombstone(const std::string& object_id) {
    IdSlot& slot = ids_[object_id];
    if (!slot.has_tombstone) {
        FERRY_TRY_ASSIGN(
            const auto known, store_.hasTombstones(instance_, std::span(&object_id, 1))
        );
        slot.has_tombstone = known.front();
    }
    return *slot.has_tombstone;
}

Result<std::vector<IndexEntry>> IndexOverlay::below(
    const std::string& path_key, std::size_t limit
) {
    const std::string first = path_key + "/";
    std::vector<IndexEntry> found;
    for (auto slot = slots_.lower_bound(first);
         slot != slots_.end() && slot->first.starts_with(first) && found.size() < limit;
         ++slot) {
        if (slot->second.entry) found.push_back(*slot->second.entry);
    }
    std::string after;
    while (found.size() < limit) {
        FERRY_TRY_ASSIGN(auto stored, store_.entriesBelow(instance_, path_key, after, limit));
        for (IndexEntry& entry : stored) {
            after = store::storageKey(entry.object);
            if (slots_.contains(after) || found.size() >= limit) continue;
            found.push_back(entry);
            // What the caller does with it must find the store's entry in its place.
            remember(after, std::move(entry));
        }
        if (stored.size() < limit) break;
    }
    return found;
}

Result<bool> IndexOverlay::hasBelow(const std::string& path_key) {
    auto slot = slots_.upper_bound(path_key);
    // Whatever is below the path begins with it, and stands right behind it.
    if (slot != slots_.end() && slot->first.starts_with(path_key)) {
        const std::string first = path_key + "/";
        for (slot = slots_.lower_bound(first);
             slot != slots_.end() && slot->first.starts_with(first);
             ++slot) {
            if (slot->second.entry) return true;
        }
    }
    const auto place = slots_.find(path_key);
    if (place != slots_.end() && place->second.has_stored_below == false) return false;
    // Not known, or the page may have removed them meanwhile.
    FERRY_TRY_ASSIGN(const auto left, below(path_key, 1));
    return !left.empty();
}

void IndexOverlay::put(IndexEntry entry) {
    const std::string key = store::storageKey(entry.object);
    const auto found = slots_.find(key);
    FERRY_CHECK(found != slots_.end(), "a place of the index is read before it is written");
    Slot& slot = found->second;
    FERRY_CHECK(
        !slot.entry || slot.entry->object.object_id == entry.object.object_id,
        "an index entry may only be overwritten by the same object"
    );
    IdSlot& id = ids_[entry.object.object_id];
    id.key = key;
    id.is_key_known = true;
    slot.entry = std::move(entry);
    markDirty(slot);
}

void IndexOverlay::removeAt(const std::string& key) {
    const auto found = slots_.find(key);
    FERRY_CHECK(found != slots_.end(), "a place of the index is read before it is written");
    Slot& slot = found->second;
    if (slot.entry) {
        IdSlot& id = ids_[slot.entry->object.object_id];
        id.key.clear();
        id.is_key_known = true;
    }
    slot.entry.reset();
    markDirty(slot);
}

void IndexOverlay::addLost(LostObject lost) {
    IdSlot& slot = ids_[lost.object.object_id];
    slot.lost = std::make_unique<LostObject>(std::move(lost));
    slot.is_lost_known = true;
    slot.is_lost_dirty = true;
    ++writes_;
}

void IndexOverlay::removeLost(const std::string& object_id) {
    IdSlot& slot = ids_[object_id];
    slot.lost.reset();
    slot.is_lost_known = true;
    slot.is_lost_dirty = slot.is_lost_stored;
    ++writes_;
}

bool IndexOverlay::addsLost() const {
    return std::any_of(ids_.begin(), ids_.end(), [](const auto& item) {
        return item.second.is_lost_dirty && item.second.lost != nullptr;
    });
}

bool IndexOverlay::changesLost() const {
    return std::any_of(ids_.begin(), ids_.end(), [](const auto& item) {
        return item.second.is_lost_dirty;
    });
}

void IndexOverlay::takeWrites(store::SyncCommit& commit) {
    for (auto& [key, slot] : slots_) {
        if (!slot.is_dirty) continue;
        const bool changes_owner = !slot.entry || (!slot.stored_id.empty() &&
                                                   slot.stored_id != slot.entry->object.object_id);
        // Objects may swap places, and an id stands once in the index: clear the place first.
        if (changes_owner && !slot.stored_id.empty()) commit.index_removals.push_back(key);
        if (slot.entry) commit.index_puts.push_back(std::move(*slot.entry));
    }
    for (auto& [id, slot] : ids_) {
        if (!slot.is_lost_dirty) continue;
        if (slot.lost) {
            commit.lost_puts.push_back(std::move(*slot.lost));
        } else {
            commit.lost_removals.push_back(id);
        }
    }
    noteCommitted();
    const std::hash<std::string_view> hash;
    std::string_view folder;  // of the key before: many stand in the same
    for (const auto& [key, slot] : slots_) {
        if (!slot.is_dirty) continue;
        written_.insert(hash(key));
        if (std::exchange(folder, parentOf(key)) == parentOf(key)) continue;
        for (auto above = folder; !above.empty(); above = parentOf(above))
            written_below_.insert(hash(above));
    }
    // Ids that were looked at, changed or not: simpler, and no less right.
    for (const auto& [id, slot] : ids_)
        written_.insert(hash(id));
    slots_.clear();
    ids_.clear();
    writes_ = 0;
}

void IndexOverlay::remember(const std::string& key, std::optional<IndexEntry> entry) {
    const auto [slot, is_new] = slots_.try_emplace(key);
    if (!is_new) return;  // what this page wrote stands over what the store has
    if (entry) {
        slot->second.stored_id = entry->object.object_id;
        IdSlot& id = ids_[entry->object.object_id];
        if (!id.is_key_known) {
            id.key = key;
            id.is_key_known = true;
        }
    }
    slot->second.entry = std::move(entry);
}

void IndexOverlay::rememberPlace(const std::string& key, store::IndexPlace place) {
    const bool is_free = !place.entry;
    remember(key, std::move(place.entry));
    if (is_free) slots_.find(key)->second.has_stored_below = place.has_below;
}

void IndexOverlay::rememberLost(IdSlot& slot, std::optional<LostObject> lost) {
    slot.is_lost_known = true;
    slot.is_lost_stored = lost.has_value();
    if (lost) slot.lost = std::make_unique<LostObject>(std::move(*lost));
}

void IndexOverlay::markDirty(Slot& slot) {
    if (!slot.is_dirty) ++writes_;
    slot.is_dirty = true;
}

}  // namespace ferry::pipeline
