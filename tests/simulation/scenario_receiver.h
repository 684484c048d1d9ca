#pragma once
// A receiver of callbacks in simulated time that behaves as told, by the time since it began.

#include "http/outbound.h"
#include "support/sim_clock.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ferry::test {

/// What a receiver does with a request.
struct Behaviour {
    int status = 200;
    http::TransportError error = http::TransportError::None;
    std::string retry_after = {};   ///< header of the answer; empty: none
    Milliseconds retry_date_in{0};  ///< Retry-After as a date, so long after the answer; 0: none
    std::string location = {};
    Milliseconds delay{20};  ///< until it answers; longer than the time-out is a hang
};

inline Behaviour answers(int status, std::string retry_after = {}) {
    return {.status = status, .retry_after = std::move(retry_after)};
}
inline Behaviour fails(http::TransportError error) {
    return {.status = 0, .error = error};
}
inline Behaviour takesTime(Milliseconds delay) {
    return {.delay = delay};
}

/// So it behaves from `from` on, since the start.
struct Phase {
    std::chrono::seconds from{0};
    Behaviour behaviour{};
};

/// Stands in for the way out. Threads: one.
class ScenarioReceiver final : public http::Outbound {
  public:
    struct Arrival {
        Milliseconds at;  ///< since the start
        std::string delivery;
        std::string url;
        bool was_taken = false;
    };

    ScenarioReceiver(const SimClock& clock, std::vector<Phase> phases)
        : clock_(clock), start_(clock.now()), phases_(std::move(phases)) {}

    http::RequestHandle submit(http::OutboundRequest request, Completion completion) override;
    void cancel(http::RequestHandle handle) override;

    /// Gives the answers that are due.
    void pump();
    TimePoint nextDue() const;
    /// Nobody hears the answers of what is under way.
    void forgetSenders() { under_way_.clear(); }

    const std::vector<Arrival>& arrivals() const { return arrivals_; }

  private:
    struct Exchange {
        http::RequestHandle handle = 0;
        Completion completion;
        http::OutboundResponse answer;
    };

    Milliseconds elapsed() const { return clock_.now() - start_; }
    const Behaviour& behaviour() const;

    const SimClock& clock_;
    const TimePoint start_;
    const std::vector<Phase> phases_;
    std::multimap<TimePoint, Exchange> under_way_;
    std::vector<Arrival> arrivals_;
    http::RequestHandle last_handle_ = 0;
};

}  // namespace ferry::test
