#pragma once
// Signals as values: taken from a file descriptor by the main thread, never in a handler.

#include "base/clock.h"

namespace ferry::app {

enum class Signal : std::uint8_t { None, Stop, Reload };

/// Blocks SIGTERM, SIGINT and SIGHUP in this thread and all that it starts later; make it first.
/// SIGPIPE is ignored for the whole process: a peer that goes away is an error of a write.
class Signals {
  public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// The next signal, or None after `timeout`. Threads: one at a time.
    Signal wait(Milliseconds timeout);

    /// A signal to stop has come and was not taken yet. Threads: any.
    static bool isStopPending();

  private:
    int descriptor_;
};

}  // namespace ferry::app
