#pragma once
// A keep-alive HTTP server on one thread that holds its answers back until enough requests are
// there: shows how many a client really has in flight. With 1 it is a fast 200 server.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace ferry::test {

/// Threads: all public functions from any.
class HoldServer {
  public:
    /// Answers once `hold_until` requests wait at the same time, and everything after that at once.
    explicit HoldServer(int hold_until);
    ~HoldServer();
    HoldServer(const HoldServer&) = delete;
    HoldServer& operator=(const HoldServer&) = delete;

    std::string url() const;
    /// Answers all that wait now, and everything after.
    void release();
    /// The most requests that waited at the same time.
    int heldMax() const noexcept { return held_max_.load(); }
    int heldNow() const noexcept { return held_now_.load(); }
    int connectionsTotal() const noexcept { return connections_total_.load(); }

  private:
    void run();
    void acceptAll();
    void receive(int fd);
    void answer(int fd);
    void answerHeld();

    int hold_until_;
    int listen_fd_ = -1;
    int epoll_fd_ = -1;
    int wake_fd_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> is_released_{false};
    std::atomic<bool> is_ending_{false};
    std::atomic<int> held_max_{0};
    std::atomic<int> held_now_{0};
    std::atomic<int> connections_total_{0};
    std::unordered_map<int, std::string> received_;
    std::vector<int> held_;
    std::thread thread_;
};

/// Lets this process open as many descriptors as it may. Returns how many.
std::size_t raiseDescriptorLimit();

}  // namespace ferry::test
