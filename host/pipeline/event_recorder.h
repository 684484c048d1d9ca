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
class EventRecorder {
  public:
    EventRecorder(const InstanceSettings& settings, std::string hub_key);

    /// Everything that `derivation` has gathered since the last commit, with its position. Events
    /// are logged whether or not the instance notifies; deliveries are made if it does.
    store::SyncCommit prepare(ChangeDerivation& derivation, TimePoint now);

  private:
    EventBodyWriter bodies_;
    CallbackId callback_;  ///< none: the instance does not notify
};

}  // namespace ferry::pipeline
