#pragma once
// The object index as one page of changes sees it: reads through to the store, keeps what the page
// wrote, and hands the writes over as a commit. Memory is bounded by the page and by `isFull`.

#include "base/result.h"
#include "model/ids.h"
#include "store/sync_store.h"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ferry::pipeline {

/// The folder that a path_key is in: "/a" of "/a/b"; empty for what is in the root.
inline std::string_view parentOf(std::string_view path_key) {
    const std::size_t end = path_key.rfind('/');
    return end == std::string_view::npos ? std::string_view() : path_key.substr(0, end);
}

/// Threads: one at a time. Lifetime: the store outlives it. One drain of the instance at a time, so
/// the store does not change under it but by its own commits.
class IndexOverlay {
  public:
    IndexOverlay(store::SyncStore& store, InstanceId instance)
        : store_(store), instance_(instance) {}

    /// Reads everything about these keys and ids, and what stands at `parents`, in a few calls, so that the page does not ask one
    /// by one. Leaving some out costs time only: what the last commit writes is left out until
    /// `noteCommitted`, and no other call may come before that.
    Status prefetch(
        std::span<const std::string> keys,
        std::span<const std::string> parents,
        std::span<const std::string> object_ids
    );

    /// The entry at a storage key, or null. Valid until the next call that is not const.
    Result<const store::IndexEntry*> at(const std::string& key);
    Result<const store::IndexEntry*> byId(const std::string& object_id);
    Result<const store::LostObject*> lostById(const std::string& object_id);
    /// Lost objects that were at `path_key` or below it, those of this page included.
    Result<std::vector<store::LostObject>> lostUnder(const std::string& path_key);
    /// True if the object was deleted once.
    Result<bool> hasTombstone(const std::string& object_id);

    /// Up to `limit` entries below the folder `path_key`, those of this page included.
    Result<std::vector<store::IndexEntry>> below(const std::string& path_key, std::size_t limit);

    /// True if there are entries below `path_key`, a place that was read and is free.
    Result<bool> hasBelow(const std::string& path_key);

    /// True if everything is known about the place and the object, and the place is free and not below
    /// a file, or is the object's own, and the object is nowhere else: putting it there asks the store
    /// nothing.
    bool isSimplePut(const std::string& key, const std::string& object_id) const;

    /// Puts an entry; its storage key must have been read, and be free or hold the same object.
    void put(store::IndexEntry entry);
    void removeAt(const std::string& key);
    void addLost(store::LostObject lost);
    void removeLost(const std::string& object_id);

    /// Number of entries and lost objects that a commit would write.
    std::size_t writes() const { return writes_; }

    /// This page lost an object that has not come back.
    bool addsLost() const;
    /// A commit would change which objects the store has as lost.
    bool changesLost() const;

    /// Moves the writes into `commit` and forgets everything, reads too.
    void takeWrites(store::SyncCommit& commit);
    /// That commit is on disk.
    void noteCommitted() {
        written_.clear();
        written_below_.clear();
    }

  private:
    struct Slot {
        std::optional<store::IndexEntry> entry;
        std::string stored_id;  ///< object id that the store has at this key; empty: none
        std::optional<bool> has_stored_below;  ///< nullopt: not known
        bool is_dirty = false;
    };
    /// What is known about an object id.
    struct IdSlot {
        std::string key;  ///< of its entry; empty: not in the index
        bool is_key_known = false;
        bool is_lost_known = false;
        bool is_lost_stored = false;
        bool is_lost_dirty = false;
        std::unique_ptr<store::LostObject> lost;  ///< of few
        std::optional<bool> has_tombstone;        ///< nullopt: not read yet
    };

    bool mayBeBelowFile(std::string_view key) const;
    void remember(const std::string& key, std::optional<store::IndexEntry> entry);
    void rememberPlace(const std::string& key, store::IndexPlace place);
    void rememberLost(IdSlot& slot, std::optional<store::LostObject> lost);
    void markDirty(Slot& slot);

    store::SyncStore& store_;
    const InstanceId instance_;
    std::map<std::string, Slot, std::less<>> slots_;  // ordered: `below` reads ranges
    std::unordered_map<std::string, IdSlot> ids_;
    // Hashes of the keys and ids that the last commit writes. Two that meet cost a later read.
    std::unordered_set<std::size_t> written_;
    std::unordered_set<std::size_t> written_below_;  // and of the paths that they are below of
    std::size_t writes_ = 0;
};

}  // namespace ferry::pipeline
