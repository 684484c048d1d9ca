#pragma once
// Says when a call into a plugin does not come back: what its thread would do next waits, which may
// be the work of all instances.

#include "app/catalog.h"
#include "base/clock.h"
#include "base/worker.h"
#include "observe/log.h"

#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace ferry::app {

/// Threads: step() by one at a time, stuck() from any. Lifetime: catalog, clock and log outlive it.
class PluginWatch final : public Steppable {
  public:
    /// Hooks answer at once and wait for nothing (the ABI): this is far beyond any of them.
    static constexpr Milliseconds kTooLong{5'000};

    PluginWatch(const Catalog& catalog, const Clock& clock, observe::Log& log)
        : catalog_(catalog), clock_(clock), log_(log) {}

    TimePoint step() override;

    /// One sentence for each plugin with such a call, as of the last step.
    std::vector<std::string> stuck() const;

  private:
    const Catalog& catalog_;
    const Clock& clock_;
    observe::Log& log_;
    mutable std::mutex mutex_;
    std::set<std::string> stuck_;  ///< ids; guarded by mutex_
};

}  // namespace ferry::app
