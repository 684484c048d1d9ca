#pragma once
// How fast each callback is sent to: how many at a time, how many in a time, and hardly at all
// while it fails. Pure of I/O: the delivery worker asks before each attempt and tells how it ended.

#include "base/backoff.h"
#include "base/clock.h"
#include "model/ids.h"
#include "pipeline/delivery_settings.h"
#include "store/delivery_store.h"

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ferry::pipeline {

/// A circuit breaker: after so many failures in a row nothing is sent for a while, then one
/// delivery at a time tries whether the callback is back; the waits double while it is not. So a
/// callback that hangs or refuses holds hardly any of the hub's connections, and its deliveries do
/// not use up their attempts.
struct BreakerOptions {
    unsigned failures = 5;  ///< in a row; 0: no breaker
    BackoffRange waits{Milliseconds(5'000), Milliseconds(120'000)};
    /// Attempts at a time of a callback that has not answered well yet; at least one. Each success
    /// allows one more, up to its limit, and each failure half as many: one that hangs holds few of
    /// the hub's connections, and one that works is at its limit after as many answers.
    std::size_t first_window = 1;
    /// After an answer that says so of a receiver that is overloaded: nothing at all for so long.
    BackoffRange overloaded{Milliseconds(1'000), Milliseconds(120'000)};
};

/// Callbacks by what their breaker does.
struct BreakerCounts {
    std::size_t closed = 0;     ///< they are sent to as usual
    std::size_t open = 0;       ///< they are left alone
    std::size_t half_open = 0;  ///< one delivery is trying whether they are back
};

struct AttemptEnd {
    bool is_success = false;
    std::optional<TimePoint> hold_until;  ///< what the receiver asks for
    bool is_overloaded = false;           ///< its answer says that it, or one before it, is
};

/// Memory: of callbacks that are sent to, fail or have a rate limit; not of those that have been
/// idle for kIdleKept, or kFailingKept after a failure. Threads: one at a time.
class CallbackPacer {
  public:
    CallbackPacer(const BreakerOptions& breaker, std::size_t usual_limit);

    struct Answer {
        bool is_admitted = false;
        /// Set if the store has to be told: what is not admitted now is not to be leased again
        /// soon.
        std::optional<store::CallbackPace> pace;
    };

    /// True if `takeLimits` is to be called before `admit`: they are not known, or might have
    /// changed.
    bool wantsLimits(CallbackId callback, TimePoint now) const;
    void takeLimits(CallbackId callback, const store::SharedLimits& limits, TimePoint now);

    /// May one more delivery be sent now? If so it counts as under way until `ended` or `gaveUp`.
    /// `own` is what its instance asks for, and `allowed` a rate that the receiver set: of these
    /// and what `takeLimits` said the strictest counts.
    Answer admit(
        CallbackId callback,
        const CallbackLimits& own,
        TimePoint now,
        const std::optional<RateLimit>& allowed = std::nullopt
    );

    /// When all of the burst of the callback's rate may be sent again; 1970: it has no rate.
    TimePoint rateFullAt(CallbackId callback) const;

    /// How an attempt went; `unit` in [0,1) spreads the waits. Gives the new pace if it changed.
    std::optional<store::CallbackPace> ended(
        CallbackId callback, const AttemptEnd& end, TimePoint now, double unit
    );
    /// Nothing was sent, or it says nothing about the callback.
    void gaveUp(CallbackId callback);

    /// Forgets callbacks that have been idle, now and then; gives those of which the store has to
    /// be told, as they are as usual again. Call it often: it looks every kIdleKept.
    std::vector<std::pair<CallbackId, store::CallbackPace>> forgetIdle(TimePoint now);

    /// Nothing is sent before `until`, or `endWait`. Gives the new pace if it changed.
    std::optional<store::CallbackPace> waitUntil(CallbackId callback, TimePoint until);
    std::optional<store::CallbackPace> endWait(CallbackId callback);

    /// Callbacks that are held back, or tried one at a time, because they failed.
    std::size_t openCount() const noexcept { return open_count_; }

    /// Of the callbacks that it remembers.
    BreakerCounts breakers() const noexcept {
        return {lines_.size() - open_count_, open_count_ - probing_count_, probing_count_};
    }

  private:
    /// Much longer than a busy callback has nothing under way, or its window would never grow.
    static constexpr Milliseconds kIdleKept{10'000};

    /// Much longer than the breaker waits: nothing is left to be sent, or the instance is gone.
    static constexpr Milliseconds kFailingKept{1'800'000};

    /// A change of limits is heard of after so long.
    static constexpr Milliseconds kLimitsKept{1'000};
    /// And after so long where the rate, as it was, lets nothing through.
    static constexpr Milliseconds kRateHoldMax{30'000};

    using PreciseTime =
        std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

    struct Line {
        std::size_t in_flight = 0;
        store::SharedLimits shared;
        TimePoint limits_taken_at{};
        std::size_t limit = 0;        ///< the fewest that any one asks for; 0: not asked for yet
        std::size_t window = 0;       ///< 0: new
        bool is_window_told = false;  ///< the store knows that it gets less than its limit
        unsigned failures = 0;        ///< in a row
        bool is_probing = false;      ///< a delivery is trying whether the callback is back
        TimePoint held_until{};
        TimePoint asked_until{};       ///< what the receiver asked for
        bool is_asked_stored = false;  ///< the store has it, or is to have it
        TimePoint waits_until{};       ///< as `waitUntil` said
        PreciseTime rate_full_at{};    ///< as `rateFullAt`
        store::CallbackPace told{};    ///< what the store knows
        TimePoint used_at{};           ///< of the last attempt's end
    };

    bool isOpen(const Line& line) const noexcept {
        return breaker_.failures > 0 && line.failures >= breaker_.failures;
    }
    std::size_t fullLimit(const Line& line) const noexcept {
        return line.limit == 0 ? usual_limit_ : line.limit;
    }
    static TimePoint heldUntil(const Line& line);
    static bool takeFromRate(Line& line, const std::optional<RateLimit>& rate, TimePoint now);
    std::optional<store::CallbackPace> paceIfChanged(Line& line) const;
    void noteProbing(Line& line, bool is_probing);

    const BreakerOptions breaker_;
    const std::size_t usual_limit_;
    std::unordered_map<CallbackId, Line> lines_;
    std::size_t open_count_ = 0;
    TimePoint looked_at_{};  ///< for idle ones
    std::size_t probing_count_ = 0;
};

}  // namespace ferry::pipeline
