#pragma once
// What deliveries count: one place for the names, so that the worker says only what happened.

#include "model/delivery.h"
#include "observe/metrics.h"
#include "pipeline/callback_pacer.h"
#include "pipeline/delivery_policy.h"

#include <array>
#include <atomic>
#include <memory>

namespace ferry::pipeline {

/// Threads: any (counters are atomic). Lifetime: `metrics` outlives it.
class DeliveryMetrics {
  public:
    explicit DeliveryMetrics(observe::Metrics& metrics);

    /// One HTTP try has ended.
    void countAttempt(const AttemptResult& result, Milliseconds latency);
    /// A delivery of `event_count` events has arrived, `lag` after it was made.
    void countDelivered(std::int64_t event_count, Milliseconds lag);
    void countDead() { dead_.add(); }
    void countSwitchedOff() { switched_off_.add(); }
    void noteBreakers(const BreakerCounts& counts);
    void countDropped() { dropped_.add(); }
    void countPostponed() { postponed_.add(); }
    void countBroughtForward(std::size_t count) { brought_forward_.add(count); }
    void countStoreFailure() { store_failures_.add(); }

  private:
    // One counter for each class of result; see resultClass in the source file.
    static constexpr std::size_t kResultClasses = 14;

    std::array<observe::Counter*, kResultClasses> attempts_{};
    observe::Histogram& attempts_failed_seconds_;
    observe::Histogram& attempts_delivered_seconds_;
    observe::Counter& delivered_;
    observe::Counter& delivered_events_;
    observe::Histogram& lag_;
    observe::Counter& dead_;
    observe::Counter& switched_off_;
    struct Breakers {
        std::atomic<std::size_t> closed{0};
        std::atomic<std::size_t> open{0};
        std::atomic<std::size_t> half_open{0};
    };
    std::shared_ptr<Breakers> breakers_;  // the gauges may be read later
    observe::Counter& dropped_;
    observe::Counter& postponed_;
    observe::Counter& brought_forward_;
    observe::Counter& store_failures_;
};

}  // namespace ferry::pipeline
