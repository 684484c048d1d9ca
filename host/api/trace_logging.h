#pragma once
// Which instances' calls are told line by line in the log, because somebody looks for what goes
// wrong with them.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"

#include <map>
#include <mutex>
#include <string_view>

namespace ferry::api {

inline constexpr Milliseconds kTraceDurationDefault{60 * 60'000};
inline constexpr Milliseconds kTraceDurationMax{24 * 60 * 60'000};

/// Ends by itself, and with the process: nobody has to remember to switch it off. Threads: any.
class TraceLogging {
  public:
    void enable(InstanceId instance, TimePoint until, TimePoint now);
    void disable(InstanceId instance);
    bool isOn(InstanceId instance, TimePoint now) const;

  private:
    mutable std::mutex mutex_;
    std::map<InstanceId, TimePoint> until_;  ///< guarded by mutex_; some may be over
};

/// Reads {"duration": minutes}; kTraceDurationDefault without one. Errors: InvalidArgument.
Result<Milliseconds> readTraceDuration(std::string_view body);

}  // namespace ferry::api
