#pragma once
// An epoll loop under libcurl's multi_socket interface: thousands of transfers, and each step
// costs only what is ready. Knows transfers as curl easy handles and nothing of requests.

#include "http/outbound.h"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ferry::http {

/// Threads: wake() from any; all else by the loop's thread.
class CurlLoop {
  public:
    using Steady = std::chrono::steady_clock;

    struct Done {
        CURL* easy;
        CURLcode code;
    };

    /// Keeps up to `connections_kept_max` idle connections per class of traffic.
    explicit CurlLoop(std::size_t connections_kept_max);
    ~CurlLoop();
    CurlLoop(const CurlLoop&) = delete;
    CurlLoop& operator=(const CurlLoop&) = delete;

    /// Starts `easy` on the connections of `traffic`. The classes have a multi handle each and so
    /// never share a connection: one that was opened under the wider rules of one class can't be
    /// reused by the other. It stays the caller's and must be removed before it is freed.
    void add(Traffic traffic, CURL* easy);
    /// Ends `easy`, finished or not.
    void remove(Traffic traffic, CURL* easy);

    /// Waits until something is ready, somebody calls wake(), or `until` has come; lets curl work
    /// on what is ready; returns the transfers that are finished.
    const std::vector<Done>& runOnce(std::optional<Steady::time_point> until);

    /// Ends the running or the next wait. Costs next to nothing while the loop does not wait.
    void wake();

  private:
    struct Multi {
        CurlLoop* loop = nullptr;
        std::uint64_t index = 0;
        CURLM* handle = nullptr;
        std::optional<Steady::time_point> timer;
    };

    static int onSocket(CURL* easy, curl_socket_t fd, int what, void* user, void* socket_data);
    static int onTimer(CURLM* handle, long timeout_ms, void* user);
    int waitMilliseconds(std::optional<Steady::time_point> until) const;
    int waitForEvents(epoll_event* events, int events_max, std::optional<Steady::time_point> until);
    void drainWake();
    void collectDone();

    int epoll_fd_;
    int wake_fd_;
    enum class Phase : std::uint8_t { Working, Waiting, Woken };
    std::atomic<Phase> phase_{Phase::Working};
    Multi multis_[2];
    std::vector<Done> done_;
};

}  // namespace ferry::http
