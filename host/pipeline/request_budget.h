#pragma once
// The provider's rate limit, shared by all instances of an app: who may ask now, and when the next
// one may. In memory: after a restart a period begins anew.

#include "base/clock.h"
#include "model/ids.h"
#include "pipeline/stages.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace ferry::pipeline {

/// Turns by the generic cell rate algorithm: a tenth of the requests of a period may come at once,
/// the others are spread over it, so that no period has more than the rate says.
/// Threads: one at a time.
class RequestBudget {
  public:
    /// When the next request of `app` may go: `now`, or a later time that is kept for the caller.
    TimePoint reserve(const std::string& app, const RequestRate& rate, TimePoint now);

    /// The provider wants no request of the app before `until`.
    void pause(const std::string& app, TimePoint until);

    /// The turn that an instance was given comes again with its next drain.
    void keep(InstanceId instance, TimePoint at) { kept_[instance] = at; }
    /// Takes that turn back; `none` if there is none.
    TimePoint taken(InstanceId instance, TimePoint none);

    void forget(InstanceId instance) { kept_.erase(instance); }

  private:
    /// A rate may be more than one in a millisecond.
    using FineTime = std::chrono::time_point<TimePoint::clock, std::chrono::nanoseconds>;

    std::unordered_map<std::string, FineTime> full_at_;  ///< when an app may ask as if it never had
    std::unordered_map<std::string, TimePoint> paused_;
    std::unordered_map<InstanceId, TimePoint> kept_;
};

}  // namespace ferry::pipeline
