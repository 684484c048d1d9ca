#include "pipeline/index_overlay.h"

#include "base/check.h"

#include <algorithm>
#include <utility>

namespace ferry::pipeline {

using store::IndexEntry;
using store::LostObject;

Status IndexOverlay::prefetch(
    std::span<const std::string> keys, std::span<const std::string> object_ids
) {
    FERRY_TRY_ASSIGN(auto at_keys, store_.entriesAt(instance_, keys));
    for (std::size_t i = 0; i < keys.size(); ++i)
        remember(keys[i], std::move(at_keys[i]));

    std::vector<std::string> unknown;
    for (const std::string& id : object_ids) {
        if (!key_of_id_.contains(id)) unknown.push_back(id);
    }
    FERRY_TRY_ASSIGN(auto with_ids, store_.entriesById(instance_, unknown));
    std::vector<std::string> not_indexed;
    for (std::size_t i = 0; i < unknown.size(); ++i) {
        if (with_ids[i]) {
            const std::string key = store::storageKey(with_ids[i]->object);
            remember(key, std::move(with_ids[i]));
        } else {
            key_of_id_.emplace(unknown[i], std::string());
            not_indexed.push_back(std::move(unknown[i]));
        }
    }
    FERRY_TRY_ASSIGN(auto lost, store_.lostById(instance_, not_indexed));
    FERRY_TRY_ASSIGN(const auto tombstones, store_.hasTombstones(instance_, not_indexed));
    for (std::size_t i = 0; i < not_indexed.size(); ++i) {
        tombstones_.emplace(not_indexed[i], tombstones[i]);
        const bool is_stored = lost[i].has_value();
        lost_.emplace(std::move(not_indexed[i]), LostSlot{std::move(lost[i]), is_stored, false});
    }
    return {};
}

Result<const IndexEntry*> IndexOverlay::at(const std::string& key) {
    auto found = slots_.find(key);
    if (found == slots_.end()) {
        FERRY_TRY_ASSIGN(auto entries, store_.entriesAt(instance_, std::span(&key, 1)));
        remember(key, std::move(entries.front()));
        found = slots_.find(key);
    }
    return found->second.entry ? &*found->second.entry : nullptr;
}

Result<const IndexEntry*> IndexOverlay::byId(const std::string& object_id) {
    auto found = key_of_id_.find(object_id);
    if (found == key_of_id_.end()) {
        FERRY_TRY_ASSIGN(auto entries, store_.entriesById(instance_, std::span(&object_id, 1)));
        if (!entries.front()) {
            key_of_id_.emplace(object_id, std::string());
            return nullptr;
        }
        const std::string key = store::storageKey(entries.front()->object);
        remember(key, std::move(entries.front()));
        found = key_of_id_.find(object_id);
    }
    if (found == key_of_id_.end() || found->second.empty()) return nullptr;
    return at(found->second);
}

Result<const LostObject*> IndexOverlay::lostById(const std::string& object_id) {
    auto found = lost_.find(object_id);
    if (found == lost_.end()) {
        FERRY_TRY_ASSIGN(auto lost, store_.lostById(instance_, std::span(&object_id, 1)));
        const bool is_stored = lost.front().has_value();
        found = lost_.emplace(object_id, LostSlot{std::move(lost.front()), is_stored, false}).first;
    }
    return found->second.lost ? &*found->second.lost : nullptr;
}

Result<bool> IndexOverlay::hasTombstone(const std::string& object_id) {
    auto found = tombstones_.find(object_id);
    if (found == tombstones_.end()) {
        FERRY_TRY_ASSIGN(
            const auto known, store_.hasTombstones(instance_, std::span(&object_id, 1))
        );
        found = tombstones_.emplace(object_id, known.front()).first;
    }
    return found->second;
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

bool IndexOverlay::knowsBelow(const std::string& path_key) const {
    const std::string first = path_key + "/";
    for (auto slot = slots_.lower_bound(first);
         slot != slots_.end() && slot->first.starts_with(first);
         ++slot) {
        if (slot->second.entry) return true;
    }
    return false;
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
    key_of_id_[entry.object.object_id] = key;
    slot.entry = std::move(entry);
    markDirty(slot);
}

void IndexOverlay::removeAt(const std::string& key) {
    const auto found = slots_.find(key);
    FERRY_CHECK(found != slots_.end(), "a place of the index is read before it is written");
    Slot& slot = found->second;
    if (slot.entry) key_of_id_[slot.entry->object.object_id].clear();
    slot.entry.reset();
    markDirty(slot);
}

void IndexOverlay::addLost(LostObject lost) {
    LostSlot& slot = lost_[lost.object.object_id];
    slot.lost = std::move(lost);
    slot.is_dirty = true;
    ++writes_;
}

void IndexOverlay::removeLost(const std::string& object_id) {
    LostSlot& slot = lost_[object_id];
    slot.lost.reset();
    slot.is_dirty = slot.is_stored;
    ++writes_;
}

bool IndexOverlay::addsLost() const {
    return std::any_of(lost_.begin(), lost_.end(), [](const auto& entry) {
        return entry.second.is_dirty && entry.second.lost.has_value();
    });
}

bool IndexOverlay::changesLost() const {
    return std::any_of(lost_.begin(), lost_.end(), [](const auto& entry) {
        return entry.second.is_dirty;
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
    for (auto& [id, slot] : lost_) {
        if (!slot.is_dirty) continue;
        if (slot.lost) {
            commit.lost_puts.push_back(std::move(*slot.lost));
        } else {
            commit.lost_removals.push_back(id);
        }
    }
    slots_.clear();
    key_of_id_.clear();
    lost_.clear();
    tombstones_.clear();
    writes_ = 0;
}

void IndexOverlay::remember(const std::string& key, std::optional<IndexEntry> entry) {
    const auto [slot, is_new] = slots_.try_emplace(key);
    if (!is_new) return;  // what this page wrote stands over what the store has
    if (entry) {
        slot->second.stored_id = entry->object.object_id;
        key_of_id_.try_emplace(entry->object.object_id, key);
    }
    slot->second.entry = std::move(entry);
}

void IndexOverlay::markDirty(Slot& slot) {
    if (!slot.is_dirty) ++writes_;
    slot.is_dirty = true;
}

}  // namespace ferry::pipeline
