#pragma once
// How often one caller may call: each API key has a bucket of requests that fills up steadily.

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace ferry::api {

struct RequestRateOptions {
    std::int64_t per_second = 0;  ///< 0: as often as it likes
    std::int64_t burst = 1;       ///< at once, after a pause
};

/// Memory: a few words for each key that has called; keys are made by hand.
/// Threads: any. Lifetime: the clock outlives it.
class RequestRate {
  public:
    RequestRate(const Clock& clock, const RequestRateOptions& options);

    /// Counts one request of the key. Errors: RateLimited, with the wait after which one more is
    /// let through.
    Status admit(std::string_view key_name);

    /// How many requests were refused so far.
    std::uint64_t refusedTotal() const;

  private:
    using Microseconds = std::chrono::microseconds;

    const Clock& clock_;
    const RequestRateOptions options_;

    mutable std::mutex mutex_;
    /// When the bucket of a key is full again: the generic cell rate algorithm (ITU-T I.371), one
    /// time in place of a level and the time of that level.
    std::map<
        std::string,
        std::chrono::time_point<std::chrono::system_clock, Microseconds>,
        std::less<>>
        full_at_;                      ///< guarded by mutex_
    std::uint64_t refused_total_ = 0;  ///< guarded by mutex_
};

}  // namespace ferry::api
