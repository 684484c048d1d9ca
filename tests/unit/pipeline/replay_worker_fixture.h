#pragma once
// A replay worker on a real database, stepped by hand on a clock that the test moves; deliveries
// are taken by hand, and what they carried is counted.

#include "pipeline/replay_worker.h"
#include "store/sqlite/sqlite_store.h"
#include "support/faulty_store.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ferry::pipeline {

class ReplayWorkerTest : public testing::Test {
  protected:
    ReplayWorkerTest() { start(); }

    /// Begins a process on the database.
    void start() {
        store::sqlite::SqliteOptions options;
        options.inline_writes = true;
        auto opened =
            store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
        faulty_ = std::make_unique<test::FaultyStore>(*store_, script_);
        settings_ = std::make_unique<SettingsCache>(store_->instances(), key_);
        worker_ = std::make_unique<ReplayWorker>(
            ReplayServices{
                faulty_->replays(),
                store_->eventSearch(),
                store_->deliverySearch(),
                faulty_->instances(),
                *settings_,
                clock_,
                metrics_,
                log_,
                [this] { ++wakes_; }},
            options_
        );
    }
    /// Ends it without a word to anyone.
    void kill() {
        worker_.reset();
        settings_.reset();
        faulty_.reset();
        store_.reset();
    }

    InstanceId add(
        const std::string& name, bool delivers = true, const Configuration& configuration = {}
    ) {
        const auto callback = store_->instances().internCallback(sha256("https://app/" + name));
        Instance instance;
        instance.name = name;
        instance.connector_key = "dropbox";
        instance.state = InstanceState::Running;
        instance.events_enabled = delivers;
        instance.callback = *callback;
        instance.callback_limits = readCallbackLimits(configuration);
        Configuration all = configuration;
        all["event.notification.callback.url"] = "https://app/" + name;
        instance.sealed_configuration = sealConfiguration(all, name, key_, random_);
        return store_->instances().put({&instance, 1}, clock_.now())->front();
    }

    /// Events of the instance, every third one a deletion; without `callback` they are logged
    /// alone.
    void record(InstanceId instance, int count, CallbackId callback = {}) {
        store::SyncCommit commit;
        commit.callback = callback;
        commit.instance = instance;
        commit.now = clock_.now();
        for (int i = 0; i < count; ++i) {
            RecordedEvent& event = commit.events.emplace_back();
            event.id = std::to_string(instance.value) + "/" + std::to_string(i);
            event.type = i % 3 == 0 ? EventType::Deleted : EventType::Created;
            event.recorded_at = clock_.now();
        }
        ASSERT_TRUE(store_->sync().commit({&commit, 1}).front());
    }

    ReplayId begin(std::int64_t rate, bool is_dry_run = false) {
        Replay replay;
        replay.first_event = EventNumber(1);
        replay.end_event = EventNumber(store_->events().newest()->value + 1);
        replay.selection = selection_;
        replay.rate = rate;
        replay.is_dry_run = is_dry_run;
        replay.created_at = clock_.now();
        return *store_->replays().create(replay);
    }

    Replay replay(ReplayId id) { return **store_->replays().find(id); }

    /// Takes all due deliveries and says how the callbacks answered; counts what they carried.
    void takeDeliveries() {
        const auto leased = store_->deliveries().lease({clock_.now(), 10'000, 10'000});
        ASSERT_TRUE(leased);
        most_waiting_ = std::max(most_waiting_, leased->size());
        for (const Delivery& delivery : *leased) {
            AttemptOutcome outcome;
            outcome.delivery = delivery.id;
            outcome.instance = delivery.instance;
            outcome.callback = delivery.callback;
            outcome.attempt_count = delivery.attempt_count + 1;
            outcome.finished_at = clock_.now();
            outcome.next_attempt_at = clock_.now() + Milliseconds(3'600'000);
            if (delivery.instance == away_) {
                outcome.state = DeliveryState::Waiting;
            } else {
                outcome.state = DeliveryState::Delivered;
                const auto events = store_->events().range(
                    delivery.instance, delivery.first_event, delivery.last_event, 100
                );
                EXPECT_LE(events->size(), 20U);
                for (const RecordedEvent& event : *events)
                    ++carried_[event.number];
            }
            ASSERT_TRUE(store_->deliveries().record({&outcome, 1}));
        }
    }

    /// Steps until the replay has ended, at most `seconds`.
    void run(ReplayId id, int seconds) {
        for (int i = 0; i < seconds * 20; ++i) {
            worker_->step();
            takeDeliveries();
            if (replay(id).state != ReplayState::Running) return;
            clock_.advance(Milliseconds(50));
        }
    }

    std::vector<int> timesCarried() const {
        std::vector<int> times;
        for (const auto& [number, count] : carried_)
            times.push_back(count);
        return times;
    }

    test::TempDir folder_;
    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    observe::Metrics metrics_;
    observe::Log log_{
        clock_, observe::LogLevel::Error, observe::LogFormat::Text, [](std::string_view) {}};
    test::FaultScript::Decide decide_;
    test::FaultScript script_{[this](std::uint64_t call, std::string_view name) {
        return decide_ ? decide_(call, name) : test::Fault::None;
    }};
    ReplayOptions options_;
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    std::unique_ptr<test::FaultyStore> faulty_;
    std::unique_ptr<SettingsCache> settings_;
    std::unique_ptr<ReplayWorker> worker_;
    EventSelection selection_;
    InstanceId away_;
    std::map<EventNumber, int> carried_;
    std::size_t most_waiting_ = 0;
    int wakes_ = 0;
};

}  // namespace ferry::pipeline
