#pragma once
// Turns a provider's changes ("there is this now", "there is nothing here now") into created,
// updated, moved and deleted events, by comparing them with the object index. Pure but for reads of
// the store: the sync worker commits what comes out.
//
// A removal does not become an event at once: the object is lost, and may turn up at another path
// in a later page or drain (a move comes in two halves, in either order). What is still lost when
// the move window closes was deleted. host/pipeline/README.md has the rules in full.

#include "base/clock.h"
#include "base/result.h"
#include "model/event.h"
#include "model/object.h"
#include "model/sync_position.h"
#include "pipeline/index_overlay.h"
#include "store/sync_store.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

struct DerivationOptions {
    std::string hub_id;  ///< unique to the store: goes into event ids
    /// Created events for what a baseline finds, and events for what happens to it meanwhile.
    bool reports_baseline = false;
    Milliseconds move_window{2000};
    std::size_t writes_max = 20'000;  ///< index writes of one commit, about
    /// A comparison may pass over what is there: only what two in a row have not shown is gone.
    bool compares_twice = false;
};

/// What is to do when the feed has no more pages.
enum class DrainEnd : std::uint8_t {
    Complete,      ///< commit and wait for the next notice
    WaitForMoves,  ///< commit, and drain again at position().window_until_ms
    Continue,      ///< commit, then call finish again: there was more than fits one commit
    InDoubt,       ///< the changes do not say what became of something: list everything again
};

/// What became of the commit that `flush` filled last.
enum class CommitBefore : std::uint8_t { OnItsWay, OnDisk };

/// Counts of events, and of what did not become one.
struct DerivationCounts {
    std::uint64_t events = 0;
    std::uint64_t unknown_removals = 0;
    std::uint64_t ignored = 0;
    std::uint64_t rejected = 0;
};

/// One drain of one instance. Threads: one at a time.
class ChangeDerivation {
  public:
    static constexpr unsigned kWindowRoundsMax = 3;
    static constexpr std::size_t kFolderMovesMax = 10'000;
    static constexpr std::size_t kShownTypesMax = 1'000;
    /// Descendants handled between two looks at the size of the commit.
    static constexpr std::size_t kSubtreeChunk = 2'000;

    ChangeDerivation(
        store::SyncStore& store,
        InstanceId instance,
        SyncPosition position,
        std::vector<store::FolderMove> folder_moves,
        DerivationOptions options
    );

    /// Reads ahead what the page will ask. While the commit before is on its way, only of what that
    /// commit does not change; the rest is due with a second call.
    Status prefetch(const std::vector<NormalizedChange>& page, CommitBefore commit_before);

    /// True if the page can be applied while the commit before is on its way: each change puts an
    /// object into a free place or its own, and all of that has been read ahead.
    bool needsNoStore(const std::vector<NormalizedChange>& page) const;

    /// Applies one change. False: the commit is full; flush and call again with the same change.
    Result<bool> apply(NormalizedChange& change, TimePoint now);

    /// Ends the drain after the last page. `had_changes`: this drain saw at least one record.
    Result<DrainEnd> finish(TimePoint now, bool had_changes);

    /// From here on the provider is asked for everything, into a new generation; the differences
    /// are the events, and what it does not show is deleted at the end.
    void beginListing();
    /// The same as a matter of course, for a provider whose deletions nothing else tells.
    void beginComparison();

    /// Moves events and index writes since the last flush into `commit`, with the position.
    std::vector<Event> flush(store::SyncCommit& commit);

    SyncPosition& position() { return position_; }
    const SyncPosition& position() const { return position_; }
    const DerivationCounts& counts() const { return counts_; }

  private:
    Result<bool> upsert(UpsertObject& put, std::string& raw, TimePoint now);
    void report(const DirectEvent& direct, std::string& raw, TimePoint now);
    Result<bool> removePath(const std::string& path_key, const std::string& raw, TimePoint now);
    Result<bool> removeFromMovedFolder(const std::string& path_key);
    Result<bool> stopFollowing(const std::string& path_key, const store::FolderMove& move);
    Result<bool> removeBelow(
        const std::string& path_key,
        const std::string& cascade_of,
        const std::string& raw,
        TimePoint now
    );
    Result<bool> turnUp(
        const store::LostObject& before, UpsertObject& put, std::string& raw, TimePoint now
    );
    Result<bool> samePlace(
        const store::IndexEntry& before, UpsertObject& put, std::string& raw, TimePoint now
    );
    Status moved(
        const IndexedObject& before,
        std::string event_id,
        const std::string& lost_with,
        const IndexedObject& after,
        std::string& raw,
        TimePoint now
    );
    Result<bool> isWithFolder(
        const store::FolderMove& move, const std::string& from, const std::string& to
    );
    void noteFolderMove(
        const IndexedObject& before,
        const IndexedObject& after,
        const std::string& event_id,
        const std::string& lost_with
    );
    Status created(UpsertObject put, std::string& raw, TimePoint now);
    void lose(
        const store::IndexEntry& entry,
        std::string event_id,
        const std::string& cascade_of,
        const std::string& raw,
        TimePoint now
    );
    /// The recorded move of a folder that `path_key` was in (or below), or null.
    const store::FolderMove* moveOfParent(const std::string& path_key) const;
    Status replaceFileAbove(std::string_view path_key, const std::string& raw, TimePoint now);
    Result<bool> loseLeftBehind(
        const std::string& from_key, const std::string& event_id, TimePoint now
    );
    static bool isLostWith(const store::LostObject& lost, const store::FolderMove& move);

    Result<bool> sweepUnseen(TimePoint now);
    Result<bool> hasLost();
    /// True: the move window is open, come back at its end.
    bool waitsForMoves(TimePoint now, bool had_changes);
    Result<DrainEnd> settleLost(TimePoint now);
    Result<bool> isInDoubt(const store::LostObject& lost);
    Status settle(const store::LostObject& lost, TimePoint now);

    bool isFull() const { return overlay_.writes() >= options_.writes_max; }
    /// A baseline fills the index and tells nobody; so does a skip, which comes upon a full one.
    bool isSilent() const {
        return position_.phase == SyncPhase::Skip ||
               (position_.phase == SyncPhase::Baseline && !options_.reports_baseline);
    }
    /// What this listing does not show is lost at its end: it began again, so it has seen things
    /// that are gone by now, or the index is from before it.
    bool isSwept() const { return position_.phase != SyncPhase::Live && position_.generation > 1; }
    /// A swept listing may have shown already what is at the old place of a folder by now.
    bool losesLeftBehind() const { return !isSilent() && !isSwept(); }
    std::string nextEventId();
    Event& emit(EventType type, std::string id, IndexedObject object, TimePoint now);
    void store(const IndexedObject& object) {
        overlay_.put({object, position_.generation});
        if (position_.phase == SyncPhase::Compare) noteShown(object);
    }
    void noteShown(const IndexedObject& object);
    /// A comparison that shows nothing of a whole type may be a provider's bad day: what `entry` is
    /// of, and the comparison before still showed it.
    bool isUnconfirmed(const store::IndexEntry& entry) const;

    store::SyncStore& store_;
    const InstanceId instance_;
    const DerivationOptions options_;
    const std::uint64_t event_id_hub_;
    SyncPosition position_;
    IndexOverlay overlay_;
    std::unordered_map<std::string, store::FolderMove> folder_moves_;  // by from_key
    std::vector<std::string> changed_moves_;                           // from_keys to write
    bool clears_folder_moves_ = false;
    std::string open_removal_;  // path whose subtree is being lost over several commits
    std::string open_removal_event_id_;
    bool is_settling_ = false;  // the move window is over for this drain
    // What this comparison has shown something of. After a crash it knows less, and so is slower.
    std::set<std::string, std::less<>> shown_types_;
    std::vector<Event> events_;
    std::vector<IndexedObject> tombstones_;
    std::vector<std::string> tombstone_removals_;
    DerivationCounts counts_;
};

}  // namespace ferry::pipeline
