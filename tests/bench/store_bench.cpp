// Goal: the figures of the SQLite store that the design promises (host/store/README.md).
// Method: a database in a fresh folder of $TMPDIR, durable as in production. Run by hand.

#include "bench/store_world.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace ferry::store::sqlite {
namespace {

void putInstances(benchmark::State& state) {
    for (auto _ : state) {
        const World world(static_cast<std::size_t>(state.range(0)));
        benchmark::DoNotOptimize(world.ids.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(putInstances)
    ->Arg(100'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void markAll(benchmark::State& state) {
    const World world(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        FERRY_CHECK(
            world.store->notices().markAll(kNow, Milliseconds(300'000)).has_value(), "marked"
        );
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(markAll)
    ->Arg(100'000)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

World* shared_world = nullptr;

/// Each thread marks other instances, each mark a later time, as webhooks do.
void mark(benchmark::State& state) {
    if (state.thread_index() == 0) shared_world = new World(10'000);
    std::size_t turn = 0;
    for (auto _ : state) {
        const auto thread = static_cast<std::size_t>(state.thread_index());
        const InstanceId id = shared_world->ids[(thread * 7919 + turn * 104729) % 10'000];
        const Status status =
            shared_world->store->notices().mark(std::span(&id, 1), kNow - Milliseconds(turn++));
        FERRY_CHECK(status.has_value(), "marked");
    }
    state.SetItemsProcessed(state.iterations());
    if (state.thread_index() == 0) {
        delete shared_world;
        shared_world = nullptr;
    }
}
BENCHMARK(mark)->Threads(1)->Threads(8)->Threads(64)->MeasureProcessCPUTime()->UseRealTime();

void commitChanges(benchmark::State& state) {
    const World world;
    std::size_t next = 0;
    for (auto _ : state) {
        state.PauseTiming();
        const SyncCommit commit = aCommit(world.ids[0], next, 2000);
        next += 2000;
        state.ResumeTiming();
        FERRY_CHECK(world.store->sync().commit(std::span(&commit, 1))[0].has_value(), "committed");
    }
    state.SetItemsProcessed(state.iterations() * 2000);
}
BENCHMARK(commitChanges)
    ->Iterations(100)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

enum class LookUp : std::uint8_t { ByKey, ById };

void lookUp(benchmark::State& state, LookUp how) {
    const World world;
    std::vector<std::string> keys;
    for (std::size_t first = 0; first < 100'000; first += 2000) {
        SyncCommit commit = aCommit(world.ids[0], first, 2000);
        commit.events.clear();
        for (const IndexEntry& entry : commit.index_puts) {
            keys.push_back(
                how == LookUp::ByKey ? storageKey(entry.object) : entry.object.object_id
            );
        }
        FERRY_CHECK(world.store->sync().commit(std::span(&commit, 1))[0].has_value(), "committed");
    }
    std::size_t at = 0;
    for (auto _ : state) {
        const auto page = std::span(keys).subspan(at, 2000);
        at = (at + 2000) % keys.size();
        if (how == LookUp::ByKey) {
            const auto found = world.store->sync().placesAt(world.ids[0], page);
            FERRY_CHECK(found.has_value() && found->back().entry.has_value(), "found");
        } else {
            const auto found = world.store->sync().entriesById(world.ids[0], page);
            FERRY_CHECK(found.has_value() && found->back().has_value(), "found");
        }
    }
    state.SetItemsProcessed(state.iterations() * 2000);
}
BENCHMARK_CAPTURE(lookUp, ByKey, LookUp::ByKey)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(lookUp, ById, LookUp::ById)->Unit(benchmark::kMillisecond);

/// Lease, record as delivered, with `range(0)` callbacks that have 20 deliveries each.
void deliver(benchmark::State& state) {
    const World world;
    for (std::int64_t callback = 1; callback <= state.range(0); ++callback) {
        SyncCommit commit = aCommit(world.ids[0], 0, 400);
        commit.index_puts.clear();
        commit.callback = CallbackId(callback);
        FERRY_CHECK(world.store->sync().commit(std::span(&commit, 1))[0].has_value(), "committed");
    }
    std::int64_t count = 0;
    for (auto _ : state) {
        const auto leased = world.store->deliveries().lease({kNow, 256, 4});
        FERRY_CHECK(leased.has_value(), "leased");
        std::vector<AttemptOutcome> outcomes;
        for (const Delivery& delivery : *leased) {
            AttemptOutcome outcome;
            outcome.delivery = delivery.id;
            outcome.instance = delivery.instance;
            outcome.callback = delivery.callback;
            outcome.state = DeliveryState::Delivered;
            outcome.finished_at = kNow;
            outcome.status = 200;
            outcomes.push_back(outcome);
        }
        FERRY_CHECK(world.store->deliveries().record(outcomes).has_value(), "recorded");
        count += static_cast<std::int64_t>(outcomes.size());
    }
    state.SetItemsProcessed(count);
}
BENCHMARK(deliver)->Arg(1000)->Iterations(70)->MeasureProcessCPUTime()->UseRealTime()->Unit(
    benchmark::kMillisecond
);

}  // namespace
}  // namespace ferry::store::sqlite

BENCHMARK_MAIN();
