#pragma once
// A replay as people and scripts see it, read from the store.

#include "model/replay.h"
#include "pipeline/replay_waits.h"
#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ferry::cli {

/// How far a replay and its deliveries are.
struct ReplayView {
    Replay replay;
    store::ReplayOutcomes outcomes;
    std::int64_t in_range = 0;  ///< events of its instances in its range; of all: about so many
    std::vector<pipeline::ReplayWait> waits = {};
};

/// Errors: NotFound if there is no such replay.
Result<ReplayView> readReplay(store::Store& store, ReplayId id);

/// Nothing of it is under way: it ended, and each of its deliveries had an attempt.
bool isThrough(const ReplayView& view);

/// "replay 3: 45% ..., ..." in one line. `rate` is in events a second.
std::string describeReplay(const ReplayView& view, std::optional<double> rate);

/// What it waits for and what to do, a line each with its end; empty if nothing holds it up.
std::string describeWaits(const ReplayView& view);

/// The same as one JSON object.
std::string replayJson(const ReplayView& view);

/// Events a second, from how far it was some time ago.
class ReplayRate {
  public:
    std::optional<double> next(const ReplayView& view);

  private:
    std::chrono::steady_clock::time_point at_{};
    std::int64_t examined_ = -1;
};

}  // namespace ferry::cli
