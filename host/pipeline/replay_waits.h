#pragma once
// What a replay waits for: callbacks that are left alone, and what is left of it for them.

#include "base/result.h"
#include "model/instance.h"
#include "model/replay.h"
#include "pipeline/callback_holds.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace ferry::pipeline {

struct ReplayWait {
    HoldKind kind = HoldKind::None;
    std::string reason;               ///< CallbackHold::reason
    std::vector<Instance> instances;  ///< of the replay that have the callback; the first ones
};

/// Of the callbacks that the replay has something left for, those that are left alone now: the
/// first ones. None of a dry run. `outcomes` are the replay's. Looks at all callbacks
/// that are behind, once: for people who watch.
Result<std::vector<ReplayWait>> replayWaits(
    store::Store& store, const Replay& replay, const store::ReplayOutcomes& outcomes, TimePoint now
);

}  // namespace ferry::pipeline
