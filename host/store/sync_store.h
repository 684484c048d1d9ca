#pragma once
// What a drain reads and writes: position, object index, objects that were lost and may come back
// (a move in two halves), and the one transaction that records a page.

#include "base/clock.h"
#include "base/result.h"
#include "model/delivery.h"
#include "model/event.h"
#include "model/ids.h"
#include "model/object.h"
#include "model/sync_position.h"
#include "store/notice_store.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::store {

/// An object of the index. `storage_key` is its key there: path_key, or a made-up one for objects
/// that have no path (see `storageKey`).
struct IndexEntry {
    IndexedObject object;
    std::uint32_t generation = 0;  ///< full listing that last saw it
};

/// The key an object is stored under: its path_key, or "\x01" + object_id if it has no path.
std::string storageKey(const IndexedObject& object);

/// A place of the index.
struct IndexPlace {
    std::optional<IndexEntry> entry;
    bool has_below = false;  ///< there are entries below it; of free places only
};

/// An object whose place was taken or removed, kept until the end of the move window.
struct LostObject {
    IndexedObject object;    ///< as it was
    std::string event_id;    ///< given when it was lost, used by the event it ends in
    std::string cascade_of;  ///< event id of the removed folder it went with; empty for the root
    std::string raw;         ///< provider's record of the removal
    std::int64_t lost_at_ms = 0;
};

/// A folder that moved since the move window opened. Its children follow by themselves, or nobody
/// says what became of them.
struct FolderMove {
    std::string object_id;
    /// Of the folder's own MOVED event; of none if it came back; "" if several folders left the
    /// place.
    std::string event_id;
    std::string from_key, to_key;  ///< path_key before and after; the same if it left and came back
    /// Event id of the removed folder that this one was lost with; empty if lost by itself.
    std::string cascade_of{};
};

/// Successive events of a commit whose deliveries stand in one lane.
struct LaneRun {
    LaneId lane;
    std::size_t events = 0;
};

/// One commit of a drain. Everything in it becomes visible together or not at all.
struct SyncCommit {
    InstanceId instance;
    SyncPosition position;                    ///< replaces the stored one
    std::vector<std::string> index_removals;  ///< storage keys; applied before the puts
    std::vector<IndexEntry> index_puts;       ///< insert or overwrite, by storage key
    std::vector<LostObject> lost_puts;
    std::vector<std::string> lost_removals;  ///< object ids
    std::vector<FolderMove> folder_move_puts;
    bool clears_folder_moves = false;             ///< applied before the puts
    std::vector<IndexedObject> tombstone_puts;    ///< deleted objects, to tell restored ones
    std::vector<std::string> tombstone_removals;  ///< object ids
    std::vector<RecordedEvent> events;            ///< `number` and `instance` are set by the store
    std::size_t logged_only = 0;  ///< of `events` so many at the end are not delivered
    /// Lanes of the delivered ones, in order; empty: they have none. A delivery is of one run.
    std::vector<LaneRun> lanes{};
    /// Replaces the instance's, where the account was found to have changed at the provider.
    std::optional<std::string> account_state;
    std::int64_t events_per_delivery = kEventsPerDeliveryMax;  ///< at most; at least one
    CallbackId callback;           ///< none: events are logged, not delivered
    bool repeats_records = false;  ///< each delivery has the records of all delivered events
    TimePoint now;
    TraceContext trace{};  ///< of the deliveries

    /// Set on the last commit of a drain: the lease ends and the notice becomes due at
    /// `next_due_at`, or at once if it was marked since `notice->mark`. Failures go to 0.
    std::optional<LeasedNotice> notice;
    TimePoint next_due_at;
    bool keeps_trace = false;  ///< the next drain goes on in the notice's trace
};

class SyncStore {
  public:
    virtual ~SyncStore() = default;

    /// The stored position; a fresh one if there is none yet.
    virtual Result<SyncPosition> position(InstanceId instance) = 0;

    /// What is at these storage keys, in the same order.
    virtual Result<std::vector<IndexPlace>> placesAt(
        InstanceId instance, std::span<const std::string> storage_keys
    ) = 0;

    /// Entries with these object ids, in the same order.
    virtual Result<std::vector<std::optional<IndexEntry>>> entriesById(
        InstanceId instance, std::span<const std::string> object_ids
    ) = 0;

    /// Up to `limit` entries below the folder `path_key` (not the folder itself; "" is the root and
    /// gives every entry with a path), in key order, whose key is greater than `after_key`.
    virtual Result<std::vector<IndexEntry>> entriesBelow(
        InstanceId instance,
        std::string_view path_key,
        std::string_view after_key,
        std::size_t limit
    ) = 0;

    /// Up to `limit` entries whose generation is less than `generation`, in key order after
    /// `after_key` (storage key).
    virtual Result<std::vector<IndexEntry>> entriesOlderThan(
        InstanceId instance, std::uint32_t generation, std::string_view after_key, std::size_t limit
    ) = 0;

    virtual Result<std::vector<std::optional<LostObject>>> lostById(
        InstanceId instance, std::span<const std::string> object_ids
    ) = 0;

    /// Up to `limit` lost objects, ordered by path_key (a folder before what was in it).
    virtual Result<std::vector<LostObject>> lost(InstanceId instance, std::size_t limit) = 0;

    /// Lost objects that were at `path_key` or below it.
    virtual Result<std::vector<LostObject>> lostUnder(
        InstanceId instance, std::string_view path_key
    ) = 0;

    virtual Result<std::vector<FolderMove>> folderMoves(InstanceId instance) = 0;

    /// Which of these object ids have a tombstone; same order.
    virtual Result<std::vector<bool>> hasTombstones(
        InstanceId instance, std::span<const std::string> object_ids
    ) = 0;

    /// Writes the commits in one transaction, each complete or not at all; gives the outcome of
    /// each. Events get consecutive numbers per commit; if `callback` is set, deliveries of at most
    /// events_per_delivery events are made, due at `now`. An instance that was removed meanwhile:
    /// NotFound, nothing of its commit is written.
    virtual std::vector<Status> commit(std::span<const SyncCommit> commits) = 0;

    using Committed = std::function<void(std::vector<Status>)>;
    /// The same without waiting: `done` gets the outcomes, inside this call or later on a thread of
    /// the store. What one caller submits is written in that order.
    virtual void submit(std::vector<SyncCommit> commits, Committed done) { done(commit(commits)); }

    /// Forgets index, lost objects, folder moves, inbox and position: the next drain is a baseline.
    /// Only `event_sequence` goes on, so that no event id is given out twice; tombstones stay too.
    virtual Status reset(InstanceId instance) = 0;

    /// Drops tombstones older than `before`, at most `limit`; gives how many.
    virtual Result<std::size_t> pruneTombstones(TimePoint before, std::size_t limit) = 0;
};

}  // namespace ferry::store
