#pragma once
// A customer's callback that answers at once and notes when each numbered change came.

#include "bench/http_load.h"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace ferry::bench {

/// Paths that contain "/hanging/" get no answer while `setHanging` says so: their requests are
/// taken, and the connection stays open.
///
/// Threads: one of its own; what came is read after `stop`.
class Receiver {
  public:
    /// Changes are files named "n-<number>.txt", numbers below `count`. 0: bodies are not looked
    /// into.
    explicit Receiver(std::size_t count);
    ~Receiver() { stop(); }
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    std::uint16_t port() const { return port_; }
    void stop();

    /// Distinct changes so far. Any thread.
    std::uint64_t arrived() const { return arrived_.load(); }
    std::uint64_t requests() const { return requests_.load(); }
    /// Any thread.
    void setHanging(bool is_hanging) { is_hanging_ = is_hanging; }
    /// Of all requests.
    std::uint64_t bodyBytes() const { return body_bytes_; }
    /// First arrival of each change; the epoch if it did not come.
    const std::vector<Steady::time_point>& arrivals() const { return arrivals_; }
    std::uint64_t repeated() const { return repeated_; }

  private:
    void run();
    void take(const char* body, std::size_t size);

    std::vector<Steady::time_point> arrivals_;
    std::uint64_t repeated_ = 0;
    std::uint64_t body_bytes_ = 0;
    std::uint16_t port_ = 0;  // before the listener, which sets it
    int listener_;
    std::atomic<bool> is_stopping_{false};
    std::atomic<bool> is_hanging_{false};
    std::atomic<std::uint64_t> arrived_{0};
    std::atomic<std::uint64_t> requests_{0};
    std::thread thread_;
};

/// Listens and never answers: what is sent to it waits until its own time is over.
class SilentServer {
  public:
    SilentServer();
    ~SilentServer();
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;
    std::string url() const;

  private:
    std::uint16_t port_ = 0;  // before the listener, which sets it
    int listener_;
};

}  // namespace ferry::bench
