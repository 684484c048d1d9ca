#pragma once
// Outbound over libcurl: one thread, thousands of transfers in flight, pooled connections, a queue
// per destination. What goes out is checked by EgressPolicy at the URL and at each address.

#include "base/result.h"
#include "http/egress_policy.h"
#include "http/outbound.h"

#include <cstddef>
#include <memory>
#include <string>

namespace ferry::http {

class CurlEngine;

struct CurlOutboundOptions {
    EgressPolicy policy = EgressPolicy::standard({});
    /// Proxy of callbacks, http://host:port or socks5h://host:port, with user and password if it
    /// wants them; empty: none. It resolves their names and connects in place of the hub, so it has
    /// to keep to the policy for names; what a URL itself tells is still checked here.
    Secret callback_proxy;
    std::string extra_ca_file;         ///< PEM, trusted besides the system's; may be empty
    std::string user_agent;            ///< empty: "Ferry/<version>"
    std::size_t in_flight_max = 8192;  ///< over all destinations; each needs a descriptor
    std::size_t provider_destination_max = 256;  ///< in flight to one scheme, host and port
    /// As many callbacks as like may share a host: how many attempts each of them gets is limited
    /// where deliveries are leased, so that one that hangs holds up none of its neighbours.
    std::size_t callback_destination_max = 4096;
    std::size_t connections_kept_max = 1024;  ///< idle, per class of traffic
    Milliseconds connect_timeout_max{10000};
};

/// Destinations with waiting requests take turns. A request that waits for its turn longer than
/// its own timeout ends with Timeout; the timeout of the exchange starts at its turn.
class CurlOutbound final : public Outbound {
  public:
    /// Starts the thread. Errors: InvalidArgument if the CA file can't be used.
    static Result<std::unique_ptr<CurlOutbound>> create(CurlOutboundOptions options);
    /// As stop(); after it no completion runs. Not on the outbound thread.
    ~CurlOutbound() override;
    CurlOutbound(const CurlOutbound&) = delete;
    CurlOutbound& operator=(const CurlOutbound&) = delete;

    RequestHandle submit(OutboundRequest request, Completion completion) override;
    void startSubmitted() override;
    void cancel(RequestHandle handle) override;

    /// Ends everything that is outstanding with Cancelled and returns when those completions have
    /// run. Requests submitted later end with Cancelled, too. Not on the outbound thread.
    void stop();

    struct Stats {
        std::size_t in_flight = 0;
        std::size_t waiting = 0;  ///< for their turn
    };
    /// Threads: any. A moment's view.
    Stats stats() const;

  private:
    explicit CurlOutbound(std::unique_ptr<CurlEngine> engine);
    std::unique_ptr<CurlEngine> engine_;
};

}  // namespace ferry::http
