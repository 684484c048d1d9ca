#pragma once
// Keeps the store from growing for ever: drops old events, delivered deliveries and tombstones, a
// few at a time, so that intake never waits for it.

#include "base/clock.h"
#include "base/worker.h"
#include "observe/log.h"
#include "store/store.h"

namespace ferry::app {

struct Retention {
    Milliseconds events{30LL * 86'400'000};  ///< and delivered deliveries, and replays that ended
    Milliseconds tombstones{90LL * 86'400'000};
};

/// Threads: step by one thread at a time.
class Housekeeping final : public Steppable {
  public:
    Housekeeping(store::Store& store, const Clock& clock, observe::Log& log, Retention retention)
        : store_(store), clock_(clock), log_(log), retention_(retention) {}

    TimePoint step() override;

  private:
    store::Store& store_;
    const Clock& clock_;
    observe::Log& log_;
    const Retention retention_;
};

}  // namespace ferry::app
