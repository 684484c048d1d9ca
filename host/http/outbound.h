#pragma once
// The one way out of the hub: provider requests, token refreshes and deliveries all go through
// here, so that limits, egress policy and pooling are in one place.

#include "base/clock.h"
#include "base/secret.h"
#include "http/body_pipe.h"
#include "http/message.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

struct OutboundResponse;

/// How the bodies of a request pass by without being held in memory. Of each, a pipe's worth is
/// held; who is slow holds up the other side. The answer is handed on as it comes: what it is
/// encoded with is neither asked for nor undone.
struct OutboundStream {
    /// In place of OutboundRequest::body; may be empty. Its reader is done when the exchange has
    /// ended, whichever way. A body that fails cuts the request off.
    std::shared_ptr<BodyPipe> request_body;
    /// Of request_body, if known; otherwise it goes out in chunks.
    std::optional<std::uint64_t> request_bytes;
    /// Gets the body of the answer; not empty. It fails if the answer is cut off, and ends when
    /// all of it came. Once its reader is gone, the exchange ends with Cancelled.
    std::shared_ptr<BodyPipe> response_body;
    /// Called at most once, on the outbound thread and before the completion, with status and
    /// headers of the answer: hand them over and return at once.
    std::function<void(OutboundResponse head)> on_head;
    /// Ends the exchange with Timeout if for so long no byte moved either way, while neither pipe
    /// held it up. There is no limit for the exchange as a whole.
    Milliseconds idle_timeout{30000};
};

/// How TLS is done for one receiver, where that differs from everybody else.
struct TlsIdentity {
    std::string client_certificate;  ///< PEM, with its chain behind it; empty: none is shown
    Secret client_key;               ///< of the certificate, PEM, not encrypted
    std::string authorities;         ///< PEM; trusted in place of the system's; empty: the system's
};

struct OutboundRequest {
    std::string method = "POST";
    std::string url;  ///< absolute http or https URL
    Headers headers;
    std::string body;
    Milliseconds timeout{30000};  ///< for the whole exchange; with `stream`, until it is its turn
    std::size_t response_bytes_max = 1 << 20;  ///< not with `stream`
    Traffic traffic = Traffic::Callback;
    /// Null: no client certificate, the system's authorities. A connection is never used for
    /// requests of different identities.
    std::shared_ptr<const TlsIdentity> tls;
    std::optional<OutboundStream> stream;
    /// It starts with the next request that is submitted without this, or with startSubmitted():
    /// whoever submits many together wakes the outbound thread once.
    bool starts_later = false;
};

struct OutboundResponse {
    int status = 0;  ///< 0 if no answer came; with TooLarge it is that of the answer
    TransportError error = TransportError::None;
    std::string error_detail;  ///< for people; no secrets
    Headers headers;           ///< of the last answer; redirects are never followed
    std::string body;          ///< at most response_bytes_max bytes; with TooLarge, how it begins
    bool is_body_streamed = false;  ///< the body is in the stream's pipe
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

    /// Starts what was submitted to start later. Not pure: doubles start everything at once.
    virtual void startSubmitted() {}

    /// Ends the request with Cancelled if it has not completed; otherwise does nothing.
    virtual void cancel(RequestHandle handle) = 0;

  protected:
    Outbound() = default;
    Outbound(const Outbound&) = default;
    Outbound& operator=(const Outbound&) = default;
};

}  // namespace ferry::http
