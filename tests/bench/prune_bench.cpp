// Goal: dropping old rows keeps no webhook waiting. Method: the time of each mark, by 8 threads, on
// a store without and with the clean-up of a running hub; the ratio of the two is what counts.

#include "bench/store_world.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace ferry::store::sqlite {
namespace {

/// Drops delivered deliveries and their events as a running hub does, until told to stop.
void pruneUntil(
    SqliteStore& store, std::size_t rows, const std::atomic<bool>& is_over, std::size_t& dropped
) {
    while (!is_over) {
        const auto deliveries = store.deliveries().prune(kNow + Milliseconds(1), rows);
        const auto events = store.events().prune(kNow + Milliseconds(1), rows);
        FERRY_CHECK(deliveries.has_value() && events.has_value(), "pruned");
        dropped += *deliveries + *events;
        std::this_thread::sleep_for(Milliseconds(10));
    }
}

/// Delivered deliveries of 20 events each.
void fill(const World& world, std::size_t event_count) {
    for (std::size_t first = 0; first < event_count; first += 2000) {
        SyncCommit commit = aCommit(world.ids[0], first, 2000);
        commit.index_puts.clear();
        FERRY_CHECK(world.store->sync().commit(std::span(&commit, 1))[0].has_value(), "committed");
    }
    for (std::size_t left = event_count / 20; left > 0;) {
        const auto leased = world.store->deliveries().lease({kNow, 1000, 1000});
        FERRY_CHECK(leased.has_value() && !leased->empty(), "leased");
        std::vector<AttemptOutcome> outcomes;
        for (const Delivery& delivery : *leased) {
            AttemptOutcome outcome;
            outcome.delivery = delivery.id;
            outcome.instance = delivery.instance;
            outcome.callback = delivery.callback;
            outcome.state = DeliveryState::Delivered;
            outcome.finished_at = kNow;
            outcomes.push_back(outcome);
        }
        FERRY_CHECK(world.store->deliveries().record(outcomes).has_value(), "recorded");
        left -= outcomes.size();
    }
}

/// Marks by 8 threads, as webhooks make them, for some seconds, while `range(0)` old rows of each
/// kind are dropped in a transaction (app/housekeeping has kPruneRows).
void markWhilePruning(benchmark::State& state) {
    constexpr std::size_t kThreads = 8;
    constexpr std::chrono::seconds kTime{5};
    const auto rows = static_cast<std::size_t>(state.range(0));
    const World world(kThreads);
    fill(world, 400'000);
    std::vector<std::vector<double>> times(kThreads);
    std::size_t dropped = 0;
    for (auto _ : state) {
        std::atomic<bool> is_over{false};
        std::thread pruner;
        if (rows != 0) {
            pruner = std::thread([&] { pruneUntil(*world.store, rows, is_over, dropped); });
        }
        std::vector<std::thread> markers;
        for (std::size_t i = 0; i < kThreads; ++i) {
            markers.emplace_back([&, i] {
                for (std::int64_t turn = 0; !is_over; ++turn) {
                    const auto begin = std::chrono::steady_clock::now();
                    const Status marked = world.store->notices().mark(
                        std::span(&world.ids[i], 1), kNow - Milliseconds(turn)
                    );
                    FERRY_CHECK(marked.has_value(), "marked");
                    const std::chrono::duration<double, std::milli> took =
                        std::chrono::steady_clock::now() - begin;
                    times[i].push_back(took.count());
                }
            });
        }
        std::this_thread::sleep_for(kTime);
        is_over = true;
        for (std::thread& marker : markers)
            marker.join();
        if (pruner.joinable()) pruner.join();
    }
    std::vector<double> all;
    for (const auto& some : times)
        all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end());
    state.counters["marks"] = static_cast<double>(all.size());
    state.counters["dropped"] = static_cast<double>(dropped);
    state.counters["p50_ms"] = all[all.size() / 2];
    state.counters["p99_ms"] = all[all.size() * 99 / 100];
}
BENCHMARK(markWhilePruning)
    ->Arg(0)
    ->Arg(100)
    ->Arg(200)
    ->Arg(500)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ferry::store::sqlite
