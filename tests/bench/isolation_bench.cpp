// Goal: callbacks that hang cost the others nothing.
// Method: as `flow`, 1,000 accounts with a callback each, in rounds with a hub of its own each.
// In the first half of a round every callback answers; in the second every tenth takes its requests
// and never answers, so that each attempt lasts until its time-out. The latencies, from the time a
// change was due to the arrival of its event, are those of the other nine tenths, in both halves.

#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/provider.h"
#include "bench/receiver.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ferry::bench {

namespace {

constexpr std::size_t kAccounts = 1'000;
constexpr std::size_t kPerSecond = 1'000;

bool isHanging(std::size_t account) {
    return account % 10 == 9;
}

/// One half of a round: makes `count` changes, numbered from `first`, and waits for the healthy.
Result<LoadResult> runHalf(
    Provider& provider, const HubProcess& hub, Receiver& receiver, std::size_t first,
    std::size_t count, std::size_t expected
) {
    const auto interval = std::chrono::nanoseconds(1'000'000'000 / kPerSecond);
    const auto begin = Steady::now() + std::chrono::milliseconds(100);
    openLoop(hub.port(), 64, count, begin, interval, [&](std::uint64_t i) {
        const std::size_t account = i % kAccounts;
        const std::string path = fmt::format("/n-{}.txt", first + i);
        provider.fake().putFile(provider.account(account), path, "content");
        return std::string_view(provider.notice(account));
    });
    const auto deadline = Steady::now() + std::chrono::seconds(10);
    while (receiver.arrived() < expected && Steady::now() < deadline)
        ::usleep(1'000);
    // Read while the receiver runs: these entries are written, and not again.
    LoadResult latencies;
    for (std::size_t i = 0; i < count; ++i) {
        if (isHanging(i % kAccounts)) continue;
        const auto arrival = receiver.arrivals()[first + i];
        if (arrival == Steady::time_point()) {
            return fail(ErrorCode::Internal, fmt::format("change {} did not arrive", first + i));
        }
        const auto took = arrival - (begin + interval * static_cast<std::int64_t>(i));
        latencies.latencies_us.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()
        ));
    }
    return latencies;
}

struct Round {
    double calm_ms = 0;  ///< p99
    double hanging_ms = 0;
};

Result<Round> runRound(std::size_t count) {
    Receiver receiver(2 * count);
    FERRY_TRY_ASSIGN(auto provider, Provider::make(kAccounts, [&](std::size_t i) {
                         return fmt::format(
                             "http://127.0.0.1:{}/{}/{}",
                             receiver.port(),
                             isHanging(i) ? "hanging" : "events",
                             i
                         );
                     }));
    FERRY_TRY_ASSIGN(const auto hub, provider->startHub());
    ::usleep(500'000);
    FERRY_TRY_ASSIGN(LoadResult calm, runHalf(*provider, *hub, receiver, 0, count, count));
    receiver.setHanging(true);
    FERRY_TRY_ASSIGN(
        LoadResult hanging,
        runHalf(*provider, *hub, receiver, count, count, count + count * 9 / 10)
    );
    return Round{calm.percentileMs(0.99), hanging.percentileMs(0.99)};
}

Status run(Report& report) {
    const std::size_t seconds = report.isQuick() ? 2 : 20;
    const std::size_t rounds = report.isQuick() ? 1 : 5;
    std::vector<double> moved;
    std::string halves;
    for (std::size_t i = 0; i < rounds; ++i) {
        FERRY_TRY_ASSIGN(const Round round, runRound(kPerSecond * seconds));
        moved.push_back(round.hanging_ms / round.calm_ms);
        halves += fmt::format("{}{:.1f}/{:.1f}", i == 0 ? "" : ", ", round.hanging_ms, round.calm_ms);
    }
    std::sort(moved.begin(), moved.end());
    report.add(
        {"isolation.p99",
         moved[moved.size() / 2],
         "",
         Target::Below,
         1.05,
         0,
         fmt::format("p99 with 100 of 1,000 hanging to p99 with none; ms: {}", halves)}
    );
    return {};
}

}  // namespace

void benchIsolation(Report& report) {
    report.heading("one callback in ten hangs");
    if (const Status status = run(report); !status) {
        report.fail("isolation: " + status.error().message);
    }
}

}  // namespace ferry::bench
