// What is read of the index before a page is derived, and what then needs no more reads.

#include "pipeline/index_overlay.h"

#include <utility>

namespace ferry::pipeline {

using store::IndexEntry;

Status IndexOverlay::prefetch(
    std::span<const std::string> keys,
    std::span<const std::string> parents,
    std::span<const std::string> object_ids
) {
    const auto contains = [](const auto& hashes, const std::string& text) {
        return !hashes.empty() && hashes.contains(std::hash<std::string>()(text));
    };
    const auto is_written = [&](const std::string& text) { return contains(written_, text); };
    std::vector<std::string> unread;
    for (const std::string& key : keys) {
        if (!slots_.contains(key) && !is_written(key)) unread.push_back(key);
    }
    for (const std::string& parent : parents) {
        if (!slots_.contains(parent) && !is_written(parent)) unread.push_back(parent);
    }
    FERRY_TRY_ASSIGN(auto places, store_.placesAt(instance_, unread));
    for (std::size_t i = 0; i < unread.size(); ++i) {
        if (contains(written_below_, unread[i])) {
            remember(unread[i], std::move(places[i].entry));
        } else {
            rememberPlace(unread[i], std::move(places[i]));
        }
    }

    std::vector<std::string> unknown;
    for (const std::string& id : object_ids) {
        const auto found = ids_.find(id);
        const bool is_known = found != ids_.end() && found->second.is_key_known;
        if (!is_known && !is_written(id)) unknown.push_back(id);
    }
    FERRY_TRY_ASSIGN(auto with_ids, store_.entriesById(instance_, unknown));
    std::vector<std::string> not_indexed;
    for (std::size_t i = 0; i < unknown.size(); ++i) {
        if (with_ids[i]) {
            // The page before moved something to where this one was, say.
            const std::string key = store::storageKey(with_ids[i]->object);
            if (is_written(key)) continue;
            remember(key, std::move(with_ids[i]));
        } else {
            not_indexed.push_back(std::move(unknown[i]));
        }
    }
    FERRY_TRY_ASSIGN(auto lost, store_.lostById(instance_, not_indexed));
    FERRY_TRY_ASSIGN(const auto tombstones, store_.hasTombstones(instance_, not_indexed));
    for (std::size_t i = 0; i < not_indexed.size(); ++i) {
        IdSlot& slot = ids_[std::move(not_indexed[i])];
        slot.is_key_known = true;
        if (!slot.has_tombstone) slot.has_tombstone = tombstones[i];
        if (!slot.is_lost_known) rememberLost(slot, std::move(lost[i]));
    }
    return {};
}

bool IndexOverlay::isSimplePut(const std::string& key, const std::string& object_id) const {
    const auto place = slots_.find(key);
    const auto id = ids_.find(object_id);
    if (place == slots_.end() || id == ids_.end() || !id->second.is_key_known) return false;
    if (place->second.entry) return place->second.entry->object.object_id == object_id;
    return id->second.key.empty() && id->second.is_lost_known && id->second.has_tombstone &&
           place->second.has_stored_below == false && !mayBeBelowFile(key);
}

bool IndexOverlay::mayBeBelowFile(std::string_view key) const {
    for (auto above = parentOf(key); !above.empty(); above = parentOf(above)) {
        const auto place = slots_.find(above);
        if (place == slots_.end()) return true;
        if (place->second.entry) return place->second.entry->object.kind == ObjectKind::File;
    }
    return false;
}

}  // namespace ferry::pipeline
