#pragma once
// Clients that load an HTTP server: keep-alive connections on one thread, closed loop (each sends
// the next request when its answer came) or open loop (requests have their time, whatever the
// server does).

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::bench {

using Steady = std::chrono::steady_clock;

struct LoadResult {
    std::uint64_t answered = 0;  ///< with 200
    std::uint64_t failed = 0;    ///< another status
    std::uint64_t broken = 0;    ///< connections that ended or sent no HTTP
    double seconds = 0;
    std::vector<std::uint32_t> latencies_us;  ///< of those answered; open loop: from their time on

    double perSecond() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
    /// 0.5 is the median. Milliseconds.
    double percentileMs(double part);
};

/// `requests` in turn, starting anywhere, from `connections` clients for so long.
LoadResult closedLoop(
    std::uint16_t port,
    int connections,
    const std::vector<std::string>& requests,
    std::chrono::milliseconds duration
);

/// `count` requests at times `begin + i * interval`. `make(i)` is called when the time has come and
/// its result stays valid until the end. A request waits if no connection is free.
LoadResult openLoop(
    std::uint16_t port,
    int connections,
    std::uint64_t count,
    Steady::time_point begin,
    std::chrono::nanoseconds interval,
    const std::function<std::string_view(std::uint64_t)>& make
);

/// A signed Dropbox notification for one account, as bytes of a request.
std::string notification(const std::string& secret, const std::string& account);

/// GET; the body of a 200, or empty.
std::string fetch(std::uint16_t port, const std::string& path);
/// Sends these bytes on a connection of its own; the whole answer, or as much as came of it.
std::string askWhole(std::uint16_t port, const std::string& request);
/// As before; the body of a 200, or empty.
std::string ask(std::uint16_t port, const std::string& request);

}  // namespace ferry::bench
