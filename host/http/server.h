#pragma once
// The hub's HTTP listener: Poco's HTTPServer with every parameter set and threads of its own.
// First step of the flow; hands whole requests to one Handler (usually limit + router).

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/handler_guard.h"
#include "http/message.h"
#include "http/request_reader.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ferry::http {

/// Requests that are answered later, without a thread of their own in the meantime.
struct DeferredRequests {
    RequestTest test;  ///< which they are; empty: none
    DeferredHandler handler;
    std::size_t in_flight_max = 4096;  ///< more are answered 503 with Retry-After
};

/// Told about a request that was answered before any handler saw it. Threads: one.
using RefusalReport = std::function<void(const Refusal& refusal, const std::string& peer)>;

struct ServerOptions {
    std::string host = "127.0.0.1";     ///< IPv4 or IPv6 literal, or a name
    std::uint16_t port = 0;             ///< 0: any free one; see Server::port()
    int threads = 80;                   ///< requests served at the same time
    int connections_queued_max = 1024;  ///< with a request, waiting for a thread; more are closed
    std::size_t connections_waiting_max = 512;  ///< for a client; the one that waits longest goes
    int keep_alive_requests_max = 100000;
    std::size_t body_bytes_max = 1 << 20;    ///< beyond: 413
    Milliseconds head_timeout{5000};         ///< first byte to end of head, else 408
    Milliseconds body_timeout{10000};        ///< whole body, else 408
    Milliseconds write_timeout{10000};       ///< whole answer
    Milliseconds keep_alive_timeout{15000};  ///< idle
    /// For the next 64 KiB of a streamed answer to be taken, or the next byte of a streamed body to
    /// come. There is no limit for the whole of either.
    Milliseconds stream_timeout{30000};
    /// Which requests' bodies are read by their handlers: those may be of any length.
    RequestTest streams_body;
    DeferredRequests deferred;
    BadPathAnswer bad_path;  ///< may be empty: then that answer is JSON
    RefusalReport refused;   ///< may be empty
};

struct ServerStats {
    int connections_open = 0;               ///< with a thread or waiting for one
    int connections_queued = 0;             ///< waiting for a thread
    int connections_waiting = 0;            ///< for their client, without a thread
    std::uint64_t connections_total = 0;    ///< times that a thread took one so far
    std::uint64_t connections_refused = 0;  ///< closed without an answer: alarm if this grows
    std::uint64_t connections_dropped = 0;  ///< waited for their client, closed to make room
    std::size_t deferred_in_flight = 0;     ///< requests whose answers come later
};

/// Threads: start() and stop() by the owner; port() and stats() by any thread after start().
class Server {
  public:
    /// `handler` is called by up to `options.threads` threads at a time; what it throws becomes a
    /// 500 and a report. `random` is used in the constructor only.
    Server(ServerOptions options, Handler handler, FailureReport report, Random& random);
    /// Stops with no grace, if still running.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and begins to serve. Errors: Unavailable if the address can't be bound (the text
    /// names it and says why).
    Status start();

    /// Accepts no more, closes idle connections, lets running requests end for at most `grace`,
    /// then cuts the connections of those left, and returns when their handlers have returned.
    /// True if nothing had to be cut.
    bool stop(Milliseconds grace);

    std::uint16_t port() const noexcept;
    ServerStats stats() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ferry::http
