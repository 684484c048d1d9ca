#pragma once
// In front of the server's threads: accepts connections and waits for their clients, thousands at a
// time on the accepting thread, so that a slow or hostile one costs a descriptor and never a
// thread. What comes out are connections with a whole request, for a thread or, if their answers
// come later, for the reactor. Refuses what the reader refuses, and what takes too long.

#include "http/connection.h"
#include "http/connection_gauge.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ferry::http {

struct GateOptions {
    ConnectionTimeouts timeouts;
    std::size_t body_bytes_max = 1 << 20;
    RequestTest streams_body;  ///< whose bodies are left to their handlers
    RequestTest is_deferred;   ///< which requests take no thread; may be empty
    /// Gets the connections with such requests. Threads: one.
    std::function<void(std::unique_ptr<Connection>)> defer;
    std::size_t waiting_max = 512;             ///< connections; the one that waits longest goes
    std::size_t waiting_bytes_max = 64 << 20;  ///< of half requests; the same goes
    /// The whole answer to a refused request, also for the log and the counters. Threads: one.
    std::function<std::string(const Refusal&, const std::string& peer)> refuse;
};

/// Threads: wait() and takeReady() by the accepting thread, all else by any.
class ConnectionGate {
  public:
    ConnectionGate(GateOptions options, std::shared_ptr<ConnectionGauge> gauge);
    ~ConnectionGate();
    ConnectionGate(const ConnectionGate&) = delete;
    ConnectionGate& operator=(const ConnectionGate&) = delete;

    /// Accepts from `listening_fd` for at most `timeout`. True as soon as takeReady() has one.
    /// While the server stops it lets go of all that wait, and has none.
    bool wait(int listening_fd, Milliseconds timeout);
    /// One whose request is there, in the order in which they became so.
    std::unique_ptr<Connection> takeReady();
    /// Takes a connection whose thread is wanted elsewhere, or whose request was refused. It comes
    /// out again when its next request is there. One that is Lingering ends: what its client still
    /// sends is dropped for a while, so that it sees the answer and no reset.
    void park(std::unique_ptr<Connection> connection);

    /// True if the request that is Ready is not for a thread: park() it.
    bool isDeferred(const RequestReader& reader) const {
        return options_.is_deferred && options_.is_deferred(reader.method(), reader.target());
    }

    const ConnectionTimeouts& timeouts() const noexcept { return options_.timeouts; }
    std::size_t waiting() const noexcept { return waiting_count_.load(); }
    /// Closed so far to make room for others.
    std::uint64_t droppedTotal() const noexcept { return dropped_total_.load(); }

  private:
    using Steady = Connection::Steady;

    void poll(int listening_fd, Milliseconds timeout);
    void acceptSome(int listening_fd);
    void takeParked();
    void enter(std::unique_ptr<Connection> connection);
    void receive(Connection& connection);
    /// Decides about a connection after something came: on to a thread, refused, or wait on.
    void settle(Connection& connection);
    void answerRefusal(Connection& connection);
    void linger(Connection& connection);
    void dropBytes(Connection& connection);
    void wait(Connection& connection);
    std::unique_ptr<Connection> leave(Connection& connection);
    void endLate(Steady::time_point now);
    void makeRoom();
    void clear();

    const GateOptions options_;
    const std::shared_ptr<ConnectionGauge> gauge_;
    int epoll_fd_;
    int wake_fd_;
    bool is_listening_ = false;

    std::list<std::unique_ptr<Connection>> waiting_;  // the one that waits longest first
    std::deque<std::unique_ptr<Connection>> ready_;
    std::size_t waiting_bytes_ = 0;
    std::optional<Steady::time_point> next_deadline_;  // no deadline is before this

    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> parked_;  // given by other threads
    std::atomic<std::size_t> waiting_count_{0};
    std::atomic<std::uint64_t> dropped_total_{0};
};

}  // namespace ferry::http
