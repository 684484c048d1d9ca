#pragma once
// Which callbacks are back after an outage: what waits for them by a schedule of hours need not.
// Pure of I/O: the delivery worker tells how attempts ended, and brings forward what comes out.

#include "base/backoff.h"
#include "base/clock.h"
#include "model/ids.h"

#include <optional>
#include <set>
#include <unordered_map>

namespace ferry::pipeline {

/// An outage: so many failures in a row, or failures alone for so long. A success among failures,
/// as where a receiver refuses some events and takes others, makes no outage.
///
/// Each delivery that is brought forward uses up an attempt. So that those which the receiver will
/// never take have not used up all of theirs after a few outages, the time until the next such
/// recovery of a callback is four times the last one, from kAgain up; one that comes too soon is
/// made up for later.
///
/// Memory: of callbacks that fail, or had an outage since the start. Threads: one at a time.
class CallbackRecovery {
  public:
    static constexpr unsigned kOutageFailures = 5;
    static constexpr Milliseconds kOutageTime{60'000};
    static constexpr BackoffRange kAgain{Milliseconds(900'000), Milliseconds(86'400'000)};
    /// After such a time without an outage it is as if there had been none before.
    static constexpr Milliseconds kForgetTime{86'400'000};
    /// Deliveries brought forward at once, and the time until the next ones.
    static constexpr std::size_t kPortion = 200;
    static constexpr Milliseconds kPortionPause{50};

    void noteFailure(CallbackId callback, TimePoint now);
    /// It was failing when an earlier process ended, as far as can be told.
    void noteBehind(CallbackId callback, TimePoint now);
    void noteSuccess(CallbackId callback, TimePoint now);

    /// A callback of which kPortion deliveries are to be brought forward now.
    std::optional<CallbackId> next(TimePoint now) const;
    /// That was done; `has_more` if there may be others.
    void brought(CallbackId callback, bool has_more, TimePoint now);
    /// When `next` will give the next one; max if none.
    TimePoint nextAt() const;

  private:
    struct Failing {
        unsigned failures = 0;
        TimePoint since;
    };
    struct Recovered {
        unsigned times = 0;
        TimePoint again_at;  ///< not sooner
    };

    static bool isOutage(const Failing& failing, TimePoint now);
    void setResume(CallbackId callback, std::optional<TimePoint> at);

    std::unordered_map<CallbackId, Failing> failing_;
    std::unordered_map<CallbackId, Recovered> recovered_;
    std::unordered_map<CallbackId, TimePoint> resume_at_;
    std::set<std::pair<TimePoint, CallbackId>> by_time_;  // of resume_at_
};

}  // namespace ferry::pipeline
