#pragma once
// Sheds load: answers 503 with Retry-After when too many requests are being worked on. Stands
// between the adapter and the router, below the server's thread count, so that Poco's queue
// (which closes connections without an answer) is never the one to say no.

#include "base/clock.h"
#include "http/message.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace ferry::http {

/// Threads: all functions from any thread. The limit outlives the handlers it wraps.
class InFlightLimit {
  public:
    /// `shed` is told of each request that is answered 503. May be empty.
    InFlightLimit(
        std::size_t in_flight_max, Milliseconds retry_after, std::function<void()> shed = {}
    );

    /// A handler that calls `next`, or answers 503 if `in_flight_max` calls are running. A call
    /// whose answer is streamed runs until all of that is sent.
    Handler wrap(Handler next);

    std::size_t inFlight() const noexcept { return in_flight_.load(); }
    /// How many requests were answered 503 so far.
    std::uint64_t shedTotal() const noexcept { return shed_total_.load(); }

  private:
    std::size_t in_flight_max_;
    Milliseconds retry_after_;
    std::function<void()> shed_;
    std::atomic<std::size_t> in_flight_{0};
    std::atomic<std::uint64_t> shed_total_{0};
};

}  // namespace ferry::http
