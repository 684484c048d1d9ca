#pragma once
// A little language for derivation tests: pages of changes in, lines such as "MOVED /b (was /a)"
// out, over a real store, with commits as the sync worker makes them.

#include "model/object.h"
#include "pipeline/change_derivation.h"
#include "store/sqlite/sqlite_store.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ferry::test {

/// A file at `path` whose key is the path itself.
inline NormalizedChange file(
    std::string id, std::string path, std::string revision = "r1", std::string hash = "h1"
) {
    IndexedObject object;
    object.object_id = std::move(id);
    object.path_key = object.path = std::move(path);
    object.name = object.path.substr(object.path.rfind('/') + 1);
    object.revision = std::move(revision);
    object.content_hash = std::move(hash);
    object.size = 1;
    return {UpsertObject{std::move(object)}, "{}"};
}

inline NormalizedChange folder(std::string id, std::string path) {
    IndexedObject object;
    object.object_id = std::move(id);
    object.path_key = object.path = std::move(path);
    object.name = object.path.substr(object.path.rfind('/') + 1);
    object.kind = ObjectKind::Folder;
    return {UpsertObject{std::move(object)}, "{}"};
}

inline NormalizedChange removed(std::string path) {
    return {RemovePath{path, path}, "{}"};
}

using Page = std::vector<NormalizedChange>;
using Lines = std::vector<std::string>;

class DerivationBench {
  public:
    explicit DerivationBench(std::size_t writes_max = 20'000);

    /// Each page is read ahead, and derived where that is allowed, before the commit of the page
    /// before it is on disk.
    bool derives_ahead = false;
    bool reports_baseline = false;
    bool compares_twice = false;  ///< set before the first drain, or a crash
    std::size_t pages_ahead = 0;  ///< how many were derived so

    /// Lists `page` as the baseline; the instance is live afterwards.
    void baseline(Page page);
    /// One drain of several pages. Gives the events, and says "(waits)" at the end if the move
    /// window is open.
    Lines drain(std::vector<Page> pages);
    Lines drain(Page page) { return drain(std::vector<Page>{std::move(page)}); }
    /// The move window passes, and the next drain finds nothing new.
    Lines drainAfterWindow();
    /// What the provider lists in full when a drain ends in doubt; it says "(lists)" then.
    Page truth;
    /// A full listing after the cursor was lost.
    Lines resync(std::vector<Page> pages);
    /// The next drain is a comparison with everything.
    void compare() { derivation().beginComparison(); }
    /// Forgets everything that is not in the store, as a crash does.
    void crash() { derivation_.reset(); }
    /// A page that is applied and committed, without the drain being ended.
    Lines page(Page changes);
    Lines finish(bool had_changes);

    store::Store& store() { return *store_; }
    SyncPosition& position() { return derivation().position(); }
    SimClock& clock() { return clock_; }
    InstanceId instance() const { return instance_; }
    const std::vector<Event>& lastEvents() const { return last_events_; }

  private:
    pipeline::ChangeDerivation& derivation();
    /// Takes a commit and puts it on disk, or keeps it on its way.
    Lines flush(bool stays_on_its_way = false);
    void land();

    TempDir folder_;
    SimClock clock_;
    std::unique_ptr<store::Store> store_;
    InstanceId instance_;
    std::size_t writes_max_;
    std::unique_ptr<pipeline::ChangeDerivation> derivation_;
    std::optional<store::SyncCommit> on_its_way_;
    std::vector<Event> last_events_;
};

}  // namespace ferry::test
