#pragma once
// The clock is injected everywhere, so that tests and the simulation own time.

#include <chrono>
#include <cstdint>
#include <string>

namespace ferry {

using Milliseconds = std::chrono::milliseconds;

/// Milliseconds since 1970-01-01 UTC.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, Milliseconds>;

/// Threads: all functions from any thread.
class Clock {
  public:
    virtual ~Clock() = default;

    /// The time that schedules are made with and that is stored in due times. It starts at the
    /// wall clock and then only moves forward with the monotonic clock, so that a wall clock that
    /// is set back or forth while the hub runs neither stalls nor floods anything.
    virtual TimePoint now() const = 0;

    /// The wall clock as it is set now: for time stamps that other systems compare with theirs.
    virtual TimePoint wallNow() const = 0;

  protected:
    Clock() = default;
    Clock(const Clock&) = default;
    Clock& operator=(const Clock&) = default;
};

/// The machine's clocks.
class SystemClock final : public Clock {
  public:
    SystemClock();
    TimePoint now() const override;
    TimePoint wallNow() const override;

  private:
    TimePoint wall_at_start_;
    std::chrono::steady_clock::time_point steady_at_start_;
};

inline std::int64_t toEpochMilliseconds(TimePoint time) {
    return time.time_since_epoch().count();
}
inline TimePoint fromEpochMilliseconds(std::int64_t ms) {
    return TimePoint(Milliseconds(ms));
}

/// "2026-02-21T16:43:41Z" (RFC 3339, UTC, whole seconds).
std::string formatRfc3339(TimePoint time);

/// "Fri Feb 21 16:43:41 UTC 2026": the outer date of the open-connectors body (java.util.Date).
std::string formatJavaDate(TimePoint time);

}  // namespace ferry
