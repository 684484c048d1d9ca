#pragma once
// One accepted connection, whoever has it just now: the gate while its client is waited for, or a
// socket of Poco's while a thread serves it.

#include "base/clock.h"
#include "http/request_reader.h"

#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

namespace ferry::http {

/// How long a client may take.
struct ConnectionTimeouts {
    Milliseconds head;    ///< from the first byte of a request to the end of its head
    Milliseconds body;    ///< from there to the end of its body
    Milliseconds write;   ///< for a whole answer
    Milliseconds idle;    ///< between two requests
    Milliseconds stream;  ///< for the next piece of a streamed body, either way
};

/// Threads: one at a time.
struct Connection {
    using Steady = std::chrono::steady_clock;
    enum class Stage : std::uint8_t { Idle, Head, Body, Lingering };

    /// `streams_body` outlives it.
    Connection(
        int descriptor,
        const Poco::Net::SocketAddress& from,
        std::size_t body_bytes_max,
        const RequestTest& streams_body
    );
    /// Closes the descriptor, if it is here.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Gives each stage of a request its deadline when it begins, however slowly its bytes come.
    void updateDeadline(const ConnectionTimeouts& timeouts, Steady::time_point now);

    int fd;  ///< -1 while Poco's socket has it
    const Poco::Net::SocketAddress peer;
    const Poco::Net::SocketAddress local;
    const std::string peer_text;  ///< "127.0.0.1:4711"
    RequestReader reader;
    Stage stage = Stage::Idle;
    Steady::time_point deadline;

    // The gate's own.
    std::list<std::unique_ptr<Connection>>::iterator place;
    std::size_t bytes_counted = 0;
    std::size_t bytes_dropped = 0;
    bool is_polled = false;
};

/// Says "100 Continue" on `fd` if the client waits for that before it sends the body.
void sendContinue(int fd, RequestReader& reader);

}  // namespace ferry::http
