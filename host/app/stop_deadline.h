#pragma once
// Ends the process if stopping does not: threads can't be made to leave a plugin that loops.

#include "base/clock.h"
#include "base/worker.h"
#include "observe/log.h"

#include <chrono>

namespace ferry::app {

/// While it lives, the process has `patience` to end by itself; then it is ended as it is, which
/// the store outlives as it does a kill. Threads: one. Lifetime: clock and log outlive it.
class StopDeadline final : public Steppable {
  public:
    StopDeadline(Milliseconds patience, const Clock& clock, observe::Log& log);

    TimePoint step() override;

  private:
    const Clock& clock_;
    observe::Log& log_;
    const std::chrono::steady_clock::time_point ends_at_;
    Worker worker_;  // last: it steps this
};

}  // namespace ferry::app
