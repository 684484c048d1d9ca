#pragma once
// The network of the simulation: takes the hub's requests to the fake provider and to the receiver
// and brings the answers back, each half with its own delay, or loses, cuts or replaces them.

#include "demo/fake_dropbox/fake_dropbox.h"
#include "http/outbound.h"
#include "support/callback_log.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace ferry::test {

/// All base URLs of the provider, and the customer's callback.
inline constexpr std::string_view kProviderUrl = "https://provider.test";
inline constexpr std::string_view kCallbackUrl = "https://customer.test/events";

/// What goes wrong now. Fractions of requests.
struct NetworkWeather {
    double provider_faults = 0;
    double receiver_faults = 0;
    bool is_provider_down = false;
    bool is_receiver_down = false;
    bool is_receiver_stuck = false;  ///< takes connections and never answers
};

/// One thread: the simulation's.
class SimNetwork final : public http::Outbound {
  public:
    SimNetwork(
        SimClock& clock, SeededRandom& random, demo::FakeDropbox& provider, CallbackLog& receiver
    )
        : clock_(clock), random_(random), provider_(provider), receiver_(receiver) {}

    http::RequestHandle submit(http::OutboundRequest request, Completion completion) override;
    void cancel(http::RequestHandle handle) override;

    /// Lets arrive what is due. True if anything did.
    bool pump();
    TimePoint nextDue() const;
    /// The hub's process is gone: what it sent still arrives, and nobody hears the answers.
    void forgetSenders();

    NetworkWeather weather;

    /// To one URL.
    std::size_t callbacksInFlightMax() const { return callbacks_max_; }
    std::size_t fetchesInFlightMax() const { return fetches_max_; }
    std::uint64_t requests() const { return next_handle_ - 1; }

  private:
    enum class Fate : std::uint8_t {
        Ok,
        NoConnection,
        LostRequest,
        LostAnswer,
        ResetAnswer,
        CutAnswer,
        ServerError,
        RateLimit,
        Html,
    };
    struct Exchange {
        http::RequestHandle handle = 0;
        http::OutboundRequest request;
        Completion completion;  ///< empty: the sender is gone
        TimePoint sent_at;
        Fate fate = Fate::Ok;
        bool has_arrived = false;
        http::OutboundResponse answer;
    };

    Fate fateOf(const http::OutboundRequest& request, bool is_callback);
    void arrive(Exchange& exchange);
    http::OutboundResponse ask(const http::OutboundRequest& request);
    void complete(Exchange exchange);
    Milliseconds delay();
    void count();

    SimClock& clock_;
    SeededRandom& random_;
    demo::FakeDropbox& provider_;
    CallbackLog& receiver_;
    std::multimap<TimePoint, Exchange> exchanges_;
    http::RequestHandle next_handle_ = 1;
    std::size_t callbacks_max_ = 0;
    std::size_t fetches_max_ = 0;
};

}  // namespace ferry::test
