#pragma once
// The sockets under the server: every read and write has a deadline, and a connection without a
// request gives its thread back as soon as another one waits for a thread. Stands below Poco's
// HTTPServer, which calls these virtuals and knows nothing of either (0005-http-server.md).

#include "base/clock.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

namespace ferry::http {

/// Counts the open connections of one server and tells the idle ones when to go.
/// Threads: all functions from any thread.
class ConnectionGauge {
  public:
    /// `threads` is how many connections the server can serve at the same time.
    explicit ConnectionGauge(int threads);
    ~ConnectionGauge();
    ConnectionGauge(const ConnectionGauge&) = delete;
    ConnectionGauge& operator=(const ConnectionGauge&) = delete;

    void opened();
    void closed();
    int open() const noexcept { return open_.load(std::memory_order_relaxed); }

    /// True while a connection waits for a thread, or the server is stopping: a connection that
    /// is idle now shall close.
    bool isCrowded() const noexcept { return open() > threads_ || isStopping(); }
    bool isStopping() const noexcept { return is_stopping_.load(std::memory_order_relaxed); }
    /// Readable exactly while isCrowded().
    int crowdedFd() const noexcept { return crowded_fd_; }

    void beginStop();
    /// Waits until no connection is open; false if that took longer than `grace`.
    bool waitUntilEmpty(Milliseconds grace);

    std::atomic<std::uint64_t> evicted_total{0};  ///< idle connections that had to go

  private:
    void showCrowded(bool is_crowded);

    const int threads_;
    int crowded_fd_;
    std::mutex mutex_;
    std::condition_variable empty_;
    std::atomic<int> open_{0};
    std::atomic<bool> is_stopping_{false};
    bool is_shown_ = false;
};

/// How long each phase of a connection may take.
struct SocketTimeouts {
    Milliseconds head;  ///< from the first byte of a request to the end of its head
};

/// One accepted connection. Threads: one at a time, save shutdown() by Poco when it is stopped.
class ConnectionSocket final : public Poco::Net::StreamSocketImpl {
  public:
    ConnectionSocket(
        poco_socket_t fd,
        std::shared_ptr<ConnectionGauge> gauge,
        SocketTimeouts timeouts,
        const Poco::Net::SocketAddress& peer
    );

    /// Reads and writes from now on fail with Poco::TimeoutException after `duration`.
    void setDeadline(Milliseconds duration);
    /// The deadline for the next request's head, should it be in the buffer already.
    void expectHead() { setDeadline(timeouts_.head); }
    /// True if the other side has closed its half.
    bool sawEnd() const noexcept { return saw_end_; }
    /// True if this connection should make room after the running request.
    bool shouldMakeRoom() const;
    const std::string& peerText() const noexcept { return peer_text_; }
    /// Says goodbye to a client that is still sending, so that it can read the answer before its
    /// connection is reset: reads and drops up to `bytes_max` for at most `duration`.
    void lingerClose(std::size_t bytes_max, Milliseconds duration);

    /// Poco's wait for a request: leaves early while the server is crowded. The wait of a busy
    /// connection is a read: what it brings is kept for receiveBytes().
    bool poll(const Poco::Timespan& timeout, int mode) override;
    int receiveBytes(void* buffer, int length, int flags) override;
    /// Poco's own time-out has no say: each read has a deadline, and a wait has its time.
    void setReceiveTimeout(const Poco::Timespan&) override {}
    int sendBytes(const void* buffer, int length, int flags) override;
    Poco::Net::SocketAddress address() override { return local_; }
    Poco::Net::SocketAddress peerAddress() override { return peer_; }

  protected:
    ~ConnectionSocket() override;

  private:
    using Steady = std::chrono::steady_clock;
    bool readAhead();
    bool waitFor(short events, bool and_crowded, Steady::time_point until, bool& is_crowded);
    void waitOrThrow(short events);

    std::shared_ptr<ConnectionGauge> gauge_;
    SocketTimeouts timeouts_;
    Poco::Net::SocketAddress peer_;
    Poco::Net::SocketAddress local_;
    std::string peer_text_;
    const Steady::time_point opened_at_ = Steady::now();
    Steady::time_point deadline_;
    bool saw_end_ = false;
    // Read while waiting for a request, and not yet given to Poco.
    std::array<char, 2048> ahead_;
    std::size_t ahead_begin_ = 0;
    std::size_t ahead_end_ = 0;
};

/// A listening socket that accepts ConnectionSockets, and nothing once the gauge is stopping.
class ListeningSocket final : public Poco::Net::ServerSocket {
  public:
    ListeningSocket(std::shared_ptr<ConnectionGauge> gauge, SocketTimeouts timeouts);
};

}  // namespace ferry::http
