// Goal: whatever a receiver does, the hub tries again when it should and no sooner, says why, and
// ends where it should. Method: the delivery worker on the real embedded store, in simulated time,
// days in a moment, by a table of receivers (receiver_scenarios.cpp).

#include "simulation/receiver_scenarios.h"

#include "pipeline/delivery_lane.h"
#include "pipeline/delivery_worker.h"
#include "pipeline/event_body.h"
#include "store/sqlite/sqlite_store.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace ferry::test {
namespace {

constexpr std::string_view kUrl = "https://customer.test/events";

class ReceiverScenario : public testing::TestWithParam<Scenario> {
  protected:
    ReceiverScenario() : receiver_(clock_, GetParam().receiver) {
        startHub();
        recordDeliveries();
    }

    void startHub() {
        store::sqlite::SqliteOptions options;
        options.inline_writes = true;
        auto opened =
            store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        FERRY_CHECK(opened.has_value(), "the store opens");
        store_ = std::move(*opened);
        FERRY_CHECK(store_->deliveries().planAgain(clock_.now()).has_value(), "the store works");
        settings_ = std::make_unique<pipeline::SettingsCache>(store_->instances(), key_);
        pipeline::DeliveryOptions worker_options;
        worker_options.schedule.jitter = 0;
        worker_ = std::make_unique<pipeline::DeliveryWorker>(
            pipeline::DeliveryServices{
                store_->deliveries(),
                store_->events(),
                *settings_,
                receiver_,
                clock_,
                random_,
                metrics_,
                log_},
            worker_options,
            [] {}
        );
    }
    void killHub() {
        worker_.reset();
        receiver_.forgetSenders();
        settings_.reset();
        store_.reset();
    }

    void recordDeliveries() {
        pipeline::Configuration configuration{
            {"event.notification.callback.url", std::string(kUrl)},
            {"event.notification.signature.key", "key"}};
        for (const auto& [name, value] : GetParam().settings)
            configuration["event.notification." + name] = value;
        Instance instance;
        instance.name = "marketing";
        instance.connector_key = "dropbox";
        instance.state = InstanceState::Running;
        instance.events_enabled = true;
        instance.callback = store_->instances().internCallback(sha256(kUrl)).value();
        instance.sealed_configuration =
            pipeline::sealConfiguration(configuration, instance.name, key_, random_);
        instance_ = store_->instances().put({&instance, 1}, clock_.now()).value().front();

        const bool has_lanes = GetParam().settings.contains("ordering");
        pipeline::EventBodyWriter writer("dropbox", "documents", pipeline::MoveReporting::Moved);
        for (int i = 0; i < GetParam().deliveries; ++i) {
            store::SyncCommit commit;
            commit.instance = instance_;
            commit.callback = instance.callback;
            commit.now = clock_.now();
            Event event;
            event.id = "event" + std::to_string(i);
            event.object.object_id = "id:" + std::to_string(i % 10);
            event.occurred_at = clock_.now();
            const LaneId lane = pipeline::laneOf(
                pipeline::DeliveryOrdering::Object, instance_, event.object.object_id
            );
            writer.record(event, clock_.now(), commit.events);
            if (has_lanes) commit.lanes = {{lane, 1}};
            FERRY_CHECK(store_->sync().commit({&commit, 1}).front().has_value(), "it is recorded");
        }
    }

    /// Until nothing waits any more, or the end.
    void run() {
        const TimePoint start = clock_.now();
        const TimePoint end = start + GetParam().until;
        auto restart = GetParam().restarts.begin();
        while (clock_.now() < end) {
            receiver_.pump();
            TimePoint next = std::min({worker_->step(), receiver_.nextDue(), end});
            if (restart != GetParam().restarts.end()) next = std::min(next, start + *restart);
            if (isOver()) return;
            clock_.advanceTo(next);
            if (restart != GetParam().restarts.end() && clock_.now() >= start + *restart) {
                killHub();
                startHub();
                ++restart;
            }
        }
    }
    bool isOver() {
        auto counts = store_->deliveries().countByState().value();
        return counts[DeliveryState::Waiting] == 0 && worker_->isIdle();
    }

    /// Of one delivery, in seconds since the start.
    std::vector<double> attemptTimes(const std::string& delivery) const {
        std::vector<double> times;
        for (const ScenarioReceiver::Arrival& arrival : receiver_.arrivals()) {
            if (arrival.delivery == delivery)
                times.push_back(std::chrono::duration<double>(arrival.at).count());
        }
        return times;
    }
    std::vector<std::string> classes() {
        std::vector<std::string> classes;
        const auto log = store_->deliveries().attempts(instance_, DeliveryId(1), 100).value();
        for (auto attempt = log.rbegin(); attempt != log.rend(); ++attempt)
            classes.push_back(attempt->error_class);
        return classes;
    }
    EndState end() {
        if (!store_->deliveries().switchedOff().value().empty()) return EndState::Disabled;
        switch (store_->deliveries().find(instance_, DeliveryId(1)).value()->state) {
            case DeliveryState::Delivered:
                return EndState::Delivered;
            case DeliveryState::Dead:
                return EndState::Dead;
            case DeliveryState::Waiting:
                return EndState::Waiting;
        }
        return EndState::Waiting;
    }

    TempDir folder_;
    SimClock clock_;
    SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    observe::Metrics metrics_;
    observe::Log log_{
        clock_, observe::LogLevel::Error, observe::LogFormat::Text, observe::Log::nowhere()};
    ScenarioReceiver receiver_;
    InstanceId instance_;
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    std::unique_ptr<pipeline::SettingsCache> settings_;
    std::unique_ptr<pipeline::DeliveryWorker> worker_;
};

INSTANTIATE_TEST_SUITE_P(
    Table,
    ReceiverScenario,
    testing::ValuesIn(receiverScenarios()),
    [](const auto& scenario) { return scenario.param.name; }
);

TEST_P(ReceiverScenario, EndsAsTheTableSays) {
    const Scenario& expected = GetParam();
    run();

    ASSERT_FALSE(receiver_.arrivals().empty());
    const auto times = attemptTimes(receiver_.arrivals().front().delivery);
    if (!expected.attempts.empty()) {
        ASSERT_EQ(times.size(), expected.attempts.size()) << testing::PrintToString(times);
        for (std::size_t i = 0; i < times.size(); ++i) {
            // Each answer takes a moment, and a wait begins after it.
            const double slack = 1 + expected.spread * expected.attempts[i];
            EXPECT_NEAR(times[i], expected.attempts[i], slack) << "attempt " << i + 1;
        }
    }
    const auto classes = this->classes();
    for (std::size_t i = 0; i < classes.size() && !expected.classes.empty(); ++i) {
        const std::size_t place = std::min(i, expected.classes.size() - 1);
        EXPECT_EQ(classes[i], expected.classes[place]) << "attempt " << i + 1;
    }
    EXPECT_EQ(end(), expected.end);
    for (const ScenarioReceiver::Arrival& arrival : receiver_.arrivals())
        EXPECT_EQ(arrival.url, kUrl) << "no redirect is followed";
    if (expected.end == EndState::Delivered) {
        std::set<std::string> taken;
        for (const ScenarioReceiver::Arrival& arrival : receiver_.arrivals()) {
            if (arrival.was_taken) taken.insert(arrival.delivery);
        }
        EXPECT_EQ(taken.size(), static_cast<std::size_t>(expected.deliveries));
    }
    if (expected.all_by > std::chrono::seconds(0)) {
        EXPECT_LE(receiver_.arrivals().back().at, expected.all_by);
    }
}

TEST(ReceiverScenarios, TheTableHasEachKindOfError) {
    std::set<std::string> classes;
    for (const Scenario& scenario : receiverScenarios())
        classes.insert(scenario.classes.begin(), scenario.classes.end());
    EXPECT_THAT(
        classes,
        testing::UnorderedElementsAre(
            "", "status", "dns", "connect", "tls", "timeout", "reset", "refused"
        )
    );
}

}  // namespace
}  // namespace ferry::test
