// Goal: webhook to callback, with every step of the flow in between: nothing lost, and how long.
// Method: open loop. At its time, a file is put into one of 1,000 accounts in turn and the signed
// notification is sent; each account has a callback of its own at one receiver. The latency is
// from the time the change was meant to be made until its event has been received.

#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/provider.h"
#include "bench/receiver.h"

#include <fmt/format.h>
#include <unistd.h>

namespace ferry::bench {

namespace {

constexpr std::size_t kAccounts = 1'000;
constexpr std::size_t kPerSecond = 1'000;

/// Round trips a second and in ms of the receiver by itself, with the hub's number of clients.
LoadResult bareRoundTrips(std::size_t count) {
    const Receiver receiver(1);
    const std::string request =
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 600\r\n\r\n" + std::string(600, 'x');
    return openLoop(
        receiver.port(),
        64,
        count,
        Steady::now(),
        std::chrono::nanoseconds(1'000'000'000 / kPerSecond),
        [&](std::uint64_t) { return std::string_view(request); }
    );
}

Status run(Report& report, std::size_t count) {
    Receiver receiver(count);
    FERRY_TRY_ASSIGN(auto provider, Provider::make(kAccounts, [&](std::size_t i) {
                         return fmt::format("http://127.0.0.1:{}/events/{}", receiver.port(), i);
                     }));
    FERRY_TRY_ASSIGN(const auto hub, provider->startHub());
    LoadResult bare = bareRoundTrips(report.isQuick() ? 1'000 : 5'000);
    ::usleep(500'000);

    const double cpu = hub->process().cpuSeconds();
    const double own = ownCpuSeconds();
    const auto interval = std::chrono::nanoseconds(1'000'000'000 / kPerSecond);
    const auto begin = Steady::now() + std::chrono::milliseconds(100);
    LoadResult intake = openLoop(hub->port(), 64, count, begin, interval, [&](std::uint64_t i) {
        const std::size_t account = i % kAccounts;
        provider->fake().putFile(
            provider->account(account), fmt::format("/n-{}.txt", i), "content"
        );
        return std::string_view(provider->notice(account));
    });
    const auto deadline = Steady::now() + std::chrono::seconds(15);
    while (receiver.arrived() < count && Steady::now() < deadline)
        ::usleep(1'000);
    const double cpu_used = hub->process().cpuSeconds() - cpu;
    const double own_used = ownCpuSeconds() - own;
    receiver.stop();

    LoadResult latencies;
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto arrival = receiver.arrivals()[i];
        if (arrival == Steady::time_point()) {
            ++lost;
            continue;
        }
        const auto took = arrival - (begin + interval * static_cast<std::int64_t>(i));
        latencies.latencies_us.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()
        ));
    }
    const auto events = static_cast<double>(count);
    report.add(
        {"flow.lost",
         static_cast<double>(lost + intake.failed),
         "changes",
         Target::Below,
         1,
         0,
         fmt::format(
             "of {}; {} callbacks, {} repeated", count, receiver.requests(), receiver.repeated()
         )}
    );
    report.add(
        {"flow.p50",
         latencies.percentileMs(0.5),
         "ms",
         Target::Below,
         20,
         bare.percentileMs(0.5),
         "bound: a bare round trip to the receiver"}
    );
    report.add(
        {"flow.p99",
         latencies.percentileMs(0.99),
         "ms",
         Target::Below,
         100,
         bare.percentileMs(0.99),
         ""}
    );
    report.add({"flow.max", latencies.percentileMs(1), "ms", Target::None, 0, 0, ""});
    report.add(
        {"flow.intake_p99", intake.percentileMs(0.99), "ms", Target::None, 0, 0, "webhook to 200"}
    );
    report.add(
        {"flow.cpu",
         cpu_used * 1e6 / events,
         "us each",
         Target::None,
         0,
         0,
         fmt::format("of the hub; fake, client and receiver {:.0f}", own_used * 1e6 / events)}
    );
    return {};
}

}  // namespace

void benchFlow(Report& report) {
    const std::size_t seconds = report.isQuick() ? 2 : 30;
    report.heading(fmt::format(
        "end to end: {} notifications/s for {} s, {} accounts, each with its callback",
        kPerSecond,
        seconds,
        kAccounts
    ));
    if (const Status status = run(report, kPerSecond * seconds); !status) {
        report.fail("flow: " + status.error().message);
    }
}

}  // namespace ferry::bench
