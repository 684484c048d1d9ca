#pragma once
// Counts the connections that hold or wait for a thread of one server, and tells those that wait for
// a request when to give theirs back.

#include "base/clock.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace ferry::http {

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

    /// True while a connection waits for a thread, or the server is stopping: one that waits for
    /// its client shall let go of its thread.
    bool isCrowded() const noexcept { return open() > threads_ || isStopping(); }
    bool isStopping() const noexcept { return is_stopping_.load(std::memory_order_relaxed); }
    /// Readable exactly while isCrowded().
    int crowdedFd() const noexcept { return crowded_fd_; }

    void beginStop();
    /// Waits until no connection is open; false if that took longer than `grace`.
    bool waitUntilEmpty(Milliseconds grace);

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

}  // namespace ferry::http
