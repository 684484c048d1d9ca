// Goal: the speed of the HTTP layer alone: requests/s of the listener, POSTs/s of the outbound
// client.
// Method: `http_bench serve` answers a fixed text until its input ends (drive it with wrk);
// `http_bench post [requests] [in flight]` posts to a keep-alive server in the same process.

#include "http/curl_outbound.h"
#include "http/in_flight_limit.h"
#include "http/router.h"
#include "http/server.h"
#include "support/http/hold_server.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>

namespace ferry {
namespace {

/// Processor time of this process so far. On a busy machine it says more than requests/s.
double cpuMicroseconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto total = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return total(usage.ru_utime) + total(usage.ru_stime);
}

int serve() {
    std::atomic<long> requests{0};
    http::Router router;
    router.add("POST", "/events/{key}", [](const http::Request&, const http::Params&) {
        return http::Response();
    });
    router.add("GET", "/", [](const http::Request&, const http::Params&) {
        http::Response response;
        response.body = "{\"ok\":true}";
        return response;
    });
    http::InFlightLimit limit(76, Milliseconds(1000));
    SystemRandom random;
    http::Server server(
        http::ServerOptions(),
        limit.wrap([&](const http::Request& request) {
            ++requests;
            return router.handle(request);
        }),
        nullptr,
        random
    );
    if (const Status status = server.start(); !status) {
        fmt::print(stderr, "{}\n", status.error().message);
        return 1;
    }
    fmt::print("http://127.0.0.1:{}/\n", server.port());
    std::fflush(stdout);
    std::cin.ignore(1 << 30, EOF);
    const http::ServerStats stats = server.stats();
    fmt::print(
        "requests {} cpu {:.1f} us each, connections {} dropped {} refused {} shed {}\n",
        requests.load(),
        cpuMicroseconds() / static_cast<double>(requests.load()),
        stats.connections_total,
        stats.connections_dropped,
        stats.connections_refused,
        limit.shedTotal()
    );
    return server.stop(Milliseconds(1000)) ? 0 : 1;
}

int post(int count, int in_flight) {
    test::HoldServer server(1);
    http::CurlOutboundOptions options;
    options.policy = http::EgressPolicy::standard({IpNetwork::parse("127.0.0.0/8").value()});
    auto outbound = http::CurlOutbound::create(options).value();
    std::atomic<int> started{0};
    std::atomic<int> done{0};
    std::atomic<int> failed{0};
    std::promise<void> all;
    std::function<void()> next;
    const http::Outbound::Completion completion = [&](const http::OutboundResponse& response) {
        if (response.status != 200) ++failed;
        if (++done == count) all.set_value();
        if (started.fetch_add(1) < count) next();
    };
    next = [&] {
        http::OutboundRequest request;
        request.url = server.url();
        request.body = std::string(200, 'x');
        request.headers.add("Content-Type", "application/json");
        outbound->submit(std::move(request), completion);
    };
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < in_flight && started.fetch_add(1) < count; ++i)
        next();
    all.get_future().wait();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    fmt::print(
        "{} posts, {} in flight, {} failed, {} connections: {:.0f}/s, cpu {:.1f} us each\n",
        count,
        in_flight,
        failed.load(),
        server.connectionsTotal(),
        count / took.count(),
        cpuMicroseconds() / count
    );
    outbound->stop();
    return failed.load() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ferry

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode == "serve") return ferry::serve();
    if (mode == "post") {
        return ferry::post(
            argc > 2 ? std::atoi(argv[2]) : 100000, argc > 3 ? std::atoi(argv[3]) : 64
        );
    }
    fmt::print(stderr, "usage: http_bench serve | post [requests] [in flight]\n");
    return 2;
}
