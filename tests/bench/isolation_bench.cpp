// Goal: callbacks that hang cost the others nothing.
// Method: as `flow`, 1,000 accounts with a callback each, in pairs of hubs that run at the same
// time. All callbacks answer for two seconds; then, at one hub of a pair, every tenth takes its
// requests and never answers, so that each attempt lasts until its time-out. Two seconds of changes
// go to one hub, two to the other, and so on in changing order: the speed of a shared machine is
// another one every minute, and both have the same share of each. The latencies, from the time a
// change was due to the arrival of its event, are those of the other nine tenths, at both hubs.

#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/provider.h"
#include "bench/receiver.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
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

/// A hub of its own, its provider and its receiver.
struct World {
    explicit World(std::size_t changes) : receiver(changes) {}

    Receiver receiver;
    std::unique_ptr<Provider> provider;
    std::unique_ptr<HubProcess> hub;
    bool is_hanging = false;
    std::size_t made = 0;      ///< changes so far
    std::size_t expected = 0;  ///< of them, those whose events have to arrive
    LoadResult healthy;        ///< latencies of the callbacks that always answer
};

Result<std::unique_ptr<World>> makeWorld(std::size_t changes) {
    auto world = std::make_unique<World>(changes);
    FERRY_TRY_ASSIGN(world->provider, Provider::make(kAccounts, [&](std::size_t i) {
                         return fmt::format(
                             "http://127.0.0.1:{}/{}/{}",
                             world->receiver.port(),
                             isHanging(i) ? "hanging" : "events",
                             i
                         );
                     }));
    FERRY_TRY_ASSIGN(world->hub, world->provider->startHub());
    return world;
}

/// Makes `count` more changes, as many as there are accounts or a multiple, and waits until those
/// have arrived that can. Notes the latencies of the healthy.
Status change(World& world, std::size_t count) {
    const std::size_t first = world.made;
    const auto interval = std::chrono::nanoseconds(1'000'000'000 / kPerSecond);
    const auto begin = Steady::now() + std::chrono::milliseconds(100);
    openLoop(world.hub->port(), 64, count, begin, interval, [&](std::uint64_t i) {
        const std::size_t account = i % kAccounts;
        const std::string path = fmt::format("/n-{}.txt", first + i);
        world.provider->fake().putFile(world.provider->account(account), path, "content");
        return std::string_view(world.provider->notice(account));
    });
    world.made += count;
    world.expected += world.is_hanging ? count * 9 / 10 : count;
    const auto deadline = Steady::now() + std::chrono::seconds(10);
    while (world.receiver.arrived() < world.expected && Steady::now() < deadline)
        ::usleep(1'000);
    // Read while the receiver runs: these entries are written, and not again.
    for (std::size_t i = 0; i < count; ++i) {
        if (isHanging(i % kAccounts)) continue;
        const auto arrival = world.receiver.arrivals()[first + i];
        if (arrival == Steady::time_point())
            return fail(ErrorCode::Internal, fmt::format("change {} did not arrive", first + i));
        const auto took = arrival - (begin + interval * static_cast<std::int64_t>(i));
        world.healthy.latencies_us.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()
        ));
    }
    return {};
}

/// p99 of the healthy in ms, [0]: all answer, [1]: one in ten hangs.
Result<std::array<double, 2>> measurePair(std::size_t part, std::size_t rounds) {
    std::array<std::unique_ptr<World>, 2> worlds;
    for (auto& world : worlds) {
        FERRY_TRY_ASSIGN(world, makeWorld(part * (rounds + 1)));
    }
    ::usleep(5'000'000);  // what changes before an account was listed first gives no event
    for (auto& world : worlds) {
        FERRY_TRY(change(*world, part));
        world->healthy = {};
    }
    worlds[1]->is_hanging = true;
    worlds[1]->receiver.setHanging(true);
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const std::size_t turn : {round % 2, 1 - round % 2})
            FERRY_TRY(change(*worlds[turn], part));
    }
    return std::array{worlds[0]->healthy.percentileMs(0.99), worlds[1]->healthy.percentileMs(0.99)};
}

Status run(Report& report) {
    const std::size_t pairs = report.isQuick() ? 1 : 9;
    const std::size_t rounds = report.isQuick() ? 1 : 6;
    std::vector<double> moved;
    std::string runs;
    for (std::size_t i = 0; i < pairs; ++i) {
        FERRY_TRY_ASSIGN(const auto ms, measurePair(2 * kPerSecond, rounds));
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
