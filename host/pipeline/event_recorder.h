#pragma once
// The one transaction of the flow: events, deliveries, object index and cursor of a page become
// visible together or not at all.

#include "base/clock.h"
#include "model/event.h"
#include "pipeline/change_derivation.h"
#include "pipeline/event_body.h"
#include "pipeline/instance_settings.h"
#include "store/sync_store.h"

#include <span>
#include <string>
#include <vector>

namespace ferry::pipeline {

/// Makes the commits of one drain. Threads: one at a time.
///
/// Where callbacks are to repeat the records of the whole commit, they do so up to these limits,
/// which keep a large one from being sent as often as it has callbacks.
class EventRecorder {
  public:
    static constexpr std::size_t kRepeatedEventsMax = 1'000;
    static constexpr std::size_t kRepeatedBytesMax = 256 * 1024;
    /// True if the records of these events are within the limits.
    static bool mayRepeat(std::span<const RecordedEvent> events);

    EventRecorder(const InstanceSettings& settings, std::string hub_key);

    /// Everything that `derivation` has gathered since the last commit, with its position. Events
    /// are logged whether or not the instance notifies; deliveries are made if it does, of those
    /// that pass its filter. The others of a commit come after them in the log, so that callbacks
    /// are full. In order by object, the delivered ones of a commit are in the log by lane, each
    /// lane in order: a callback is a range of the log, of one lane.
    store::SyncCommit prepare(ChangeDerivation& derivation, TimePoint now);

  private:
    void record(Event event, TimePoint now);
    void sortByLane(store::SyncCommit& commit);

    InstanceId instance_;
    EventBodyWriter bodies_;
    CallbackId callback_;  ///< none: the instance does not notify
    std::int64_t events_per_delivery_;
    EventFilter filter_;
    DeliveryOrdering ordering_;
    bool repeats_raw_;
    std::vector<RecordedEvent> passed_;
    std::vector<LaneId> lanes_;  ///< of passed_, if there are any
    std::vector<RecordedEvent> held_back_;
    std::vector<RecordedEvent> halves_;  ///< what one event became
};

}  // namespace ferry::pipeline
