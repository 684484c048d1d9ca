// Goal: callbacks that hang cost the others nothing.
// Method: as `flow`, 1,000 accounts with a callback each, in pairs of runs with a hub of its own
// each, in turns of order. All callbacks answer for two seconds; then, in one run of a pair, every
// tenth takes its requests and never answers, so that each attempt lasts until its time-out. The
// latencies, from the time a change was due to the arrival of its event, are those of the other
// nine tenths after these two seconds, in both runs.

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
/// Half of what `flow` does: nearer to what the machine can do at all, its other work decides.
constexpr std::size_t kPerSecond = 500;

bool isHanging(std::size_t account) {
    return account % 10 == 9;
}

/// Makes `count` changes, numbered from `first`, and waits until `expected` of all have arrived.
/// Gives the latencies of the healthy.
Result<LoadResult> change(
    Provider& provider,
    const HubProcess& hub,
    Receiver& receiver,
    std::size_t first,
    std::size_t count,
    std::size_t expected
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

/// p99 of the healthy ones in ms, of `count` changes.
Result<double> measure(std::size_t warm_up, std::size_t count, bool is_hanging) {
    Receiver receiver(warm_up + count);
    FERRY_TRY_ASSIGN(auto provider, Provider::make(kAccounts, [&](std::size_t i) {
                         return fmt::format(
                             "http://127.0.0.1:{}/{}/{}",
                             receiver.port(),
                             isHanging(i) ? "hanging" : "events",
                             i
                         );
                     }));
    FERRY_TRY_ASSIGN(const auto hub, provider->startHub());
    ::usleep(5'000'000);  // what changes before an account was listed first gives no event
    FERRY_TRY(change(*provider, *hub, receiver, 0, warm_up, warm_up));
    receiver.setHanging(is_hanging);
    const std::size_t expected = warm_up + (is_hanging ? count * 9 / 10 : count);
    FERRY_TRY_ASSIGN(
        LoadResult latencies, change(*provider, *hub, receiver, warm_up, count, expected)
    );
    return latencies.percentileMs(0.99);
}

Status run(Report& report) {
    const std::size_t count = kPerSecond * (report.isQuick() ? 1 : 20);
    const std::size_t warm_up = kPerSecond * (report.isQuick() ? 1 : 2);
    const std::size_t pairs = report.isQuick() ? 1 : 9;
    std::vector<double> moved;
    std::string runs;
    for (std::size_t i = 0; i < pairs; ++i) {
        double ms[2] = {};  // [0]: all answer
        for (const std::size_t turn : {i % 2, 1 - i % 2}) {
            FERRY_TRY_ASSIGN(ms[turn], measure(warm_up, count, turn == 1));
        }
        moved.push_back(ms[1] / ms[0]);
        runs += fmt::format("{}{:.1f}/{:.1f}", i == 0 ? "" : ", ", ms[1], ms[0]);
    }
    std::sort(moved.begin(), moved.end());
    report.add(
        {"isolation.p99",
         moved[moved.size() / 2],
         "",
         Target::Below,
         1.05,
         0,
         fmt::format("p99 with 100 of 1,000 hanging to p99 with none; ms: {}", runs)}
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
