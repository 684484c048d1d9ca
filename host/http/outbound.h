#pragma once
// The one way out of the hub: provider requests, token refreshes and deliveries all go through
// here, so that limits, egress policy and pooling are in one place.

#include "base/clock.h"
#include "http/message.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ferry::http {

/// Why no HTTP answer came.
enum class TransportError : std::uint8_t {
    None,  ///< an answer came; see status
    Dns,
    Connect,
    Tls,
    Timeout,
    Reset,     ///< closed in the middle, or not HTTP
    TooLarge,  ///< the answer was longer than response_bytes_max
    Refused,   ///< egress policy: the address or port may not be reached
    Cancelled,
};

/// "dns", "connect", ... for logs and metrics.
std::string_view transportErrorName(TransportError error) noexcept;

/// Which addresses a request may reach (egress policy).
enum class Traffic : std::uint8_t {
    Provider,  ///< hosts are limited by the connector's egress list before they come here
    Callback,  ///< customer-given URL: private, loopback and other special ranges are refused
};

struct OutboundRequest {
    std::string method = "POST";
    std::string url;  ///< absolute http or https URL
    Headers headers;
    std::string body;
    Milliseconds timeout{30000};  ///< for the whole exchange
    std::size_t response_bytes_max = 1 << 20;
    Traffic traffic = Traffic::Callback;
};

struct OutboundResponse {
    int status = 0;  ///< 0 if no answer came; with TooLarge it is that of the answer
    TransportError error = TransportError::None;
    std::string error_detail;  ///< for people; no secrets
    Headers headers;           ///< of the last answer; redirects are never followed
    std::string body;          ///< at most response_bytes_max bytes
    Milliseconds latency{0};
};

using RequestHandle = std::uint64_t;

/// Threads: all functions from any thread.
class Outbound {
  public:
    virtual ~Outbound() = default;

    /// Called exactly once per submitted request, on the outbound thread (never inside submit):
    /// hand the response over and return at once.
    using Completion = std::function<void(OutboundResponse)>;

    /// Queues the request. Requests beyond the limit per destination wait their turn.
    virtual RequestHandle submit(OutboundRequest request, Completion completion) = 0;

    /// Ends the request with Cancelled if it has not completed; otherwise does nothing.
    virtual void cancel(RequestHandle handle) = 0;

  protected:
    Outbound() = default;
    Outbound(const Outbound&) = default;
    Outbound& operator=(const Outbound&) = default;
};

}  // namespace ferry::http
