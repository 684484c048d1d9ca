#include "app/stop_deadline.h"

#include <unistd.h>

#include <cstdlib>

namespace ferry::app {

StopDeadline::StopDeadline(Milliseconds patience, const Clock& clock, observe::Log& log)
    : clock_(clock),
      log_(log),
      ends_at_(std::chrono::steady_clock::now() + patience),
      worker_("ferry-deadline", *this, clock) {
    worker_.start();
}

TimePoint StopDeadline::step() {
    const auto left = std::chrono::ceil<Milliseconds>(ends_at_ - std::chrono::steady_clock::now());
    if (left > Milliseconds(0)) return clock_.now() + left;
    log_.error(
        "hub",
        "it does not stop in time, most likely because of a plugin that does not come back from a "
        "call: ended as by a kill; what was under way is done again at the next start"
    );
    ::_exit(EXIT_FAILURE);
}

}  // namespace ferry::app
