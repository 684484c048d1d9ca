#pragma once
// A clock that stands still until a test moves it.

#include "base/clock.h"

#include <atomic>

namespace ferry::test {

/// Threads: any.
class SimClock final : public Clock {
  public:
    /// Starts on Fri Feb 21 16:43:41 UTC 2020, the time of the published open-connectors sample.
    explicit SimClock(TimePoint start = fromEpochMilliseconds(1'582'303'421'000))
        : now_(toEpochMilliseconds(start)) {}

    TimePoint now() const override { return fromEpochMilliseconds(now_); }
    TimePoint wallNow() const override { return fromEpochMilliseconds(now_ + wall_offset_); }

    void advance(Milliseconds time) { now_ += time.count(); }
    /// Never backwards.
    void advanceTo(TimePoint time) {
        if (time > now()) now_ = toEpochMilliseconds(time);
    }
    /// As if someone set the wall clock: `now` does not notice.
    void shiftWall(Milliseconds by) { wall_offset_ += by.count(); }

  private:
    std::atomic<std::int64_t> now_;
    std::atomic<std::int64_t> wall_offset_{0};
};

}  // namespace ferry::test
