// Goal: with the embedded store each recorded event reaches its callback, whatever write fails.
// Method: a real database in a temporary folder; one of its commits fails, each in turn; then a
// process that ends with answers on the way.

#include "pipeline/delivery_worker.h"
#include "pipeline/event_body.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fake_outbound.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <set>

namespace ferry::pipeline {
namespace {

constexpr int kEvents = 50;  // three deliveries: 20, 20, 10

class DeliveryWorkerSqlite : public testing::Test {
  protected:
    /// Begins a process on the database.
    void start() {
        store::sqlite::SqliteOptions options;
        options.inline_writes = true;
        options.fails_commit = [this] { return ++commits_ == failing_commit_; };
        auto opened =
            store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
        settings_ = std::make_unique<SettingsCache>(store_->instances(), key_);
        DeliveryOptions worker_options;
        worker_options.per_callback = per_callback_;
        worker_options.breaker.first_window = per_callback_;
        worker_ = std::make_unique<DeliveryWorker>(
            DeliveryServices{
                store_->deliveries(),
                store_->events(),
                *settings_,
                outbound_,
                clock_,
                random_,
                metrics_,
                log_},
            worker_options,
            [] {}
        );
    }

    /// Ends it without a word to anyone.
    void kill() {
        worker_.reset();
        settings_.reset();
        store_.reset();
    }

    void recordEvents() {
        const auto callback = store_->instances().internCallback(sha256("https://app/"));
        ASSERT_TRUE(callback);
        Instance instance;
        instance.name = "marketing";
        instance.connector_key = "dropbox";
        instance.state = InstanceState::Running;
        instance.events_enabled = true;
        instance.callback = *callback;
        instance.sealed_configuration = sealConfiguration(
            {{"event.notification.callback.url", "https://app/"},
             {"event.notification.format", format_}},
            instance.name,
            key_,
            random_
        );
        const auto ids = store_->instances().put({&instance, 1}, clock_.now());
        ASSERT_TRUE(ids) << ids.error().message;

        store::SyncCommit commit;
        commit.instance = ids->front();
        commit.callback = *callback;
        commit.now = clock_.now();
        EventBodyWriter writer("dropbox", "documents", MoveReporting::Moved);
        for (int i = 0; i < kEvents; ++i) {
            Event event;
            event.id = "event" + std::to_string(i);
            event.object.object_id = "id:" + std::to_string(i);
            event.occurred_at = clock_.now();
            writer.record(event, clock_.now(), commit.events);
        }
        const auto outcome = store_->sync().commit({&commit, 1});
        ASSERT_TRUE(outcome.front()) << outcome.front().error().message;
    }

    /// Notes the ids in the callback that is answered next.
    void answer(int status) {
        rapidjson::Document body;
        const std::string text = outbound_.oldest().body;
        body.Parse(text.data(), text.size());
        ASSERT_FALSE(body.HasParseError());
        if (body.HasMember("data")) {
            received_.insert(body["data"]["id"].GetString());
            in_order_.emplace_back(body["data"]["id"].GetString());
        } else {
            for (const auto& event : body["message"]["events"].GetArray())
                received_.insert(event["id"].GetString());
        }
        outbound_.completeStatus(status);
    }

    /// Goes on, every callback being accepted, until nothing waits.
    void runToTheEnd() {
        for (int i = 0; i < 200; ++i) {
            while (outbound_.pendingCount() > 0)
                answer(200);
            clock_.advanceTo(worker_->step());
            auto counts = store_->deliveries().countByState();
            ASSERT_TRUE(counts);
            if ((*counts)[DeliveryState::Waiting] == 0 && worker_->isIdle()) return;
        }
        FAIL() << "deliveries wait for ever";
    }

    test::TempDir folder_;
    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    observe::Metrics metrics_;
    observe::Log log_{
        clock_, observe::LogLevel::Error, observe::LogFormat::Text, observe::Log::nowhere()};
    test::FakeOutbound outbound_;
    std::size_t per_callback_ = 8;
    std::string format_ = "open-connectors";
    std::set<std::string> received_;
    std::vector<std::string> in_order_;
    int commits_ = 0;
    int failing_commit_ = 0;
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    std::unique_ptr<SettingsCache> settings_;
    std::unique_ptr<DeliveryWorker> worker_;
};

TEST_F(DeliveryWorkerSqlite, DeliversEveryEventOnceInPagesOfTwenty) {
    start();
    recordEvents();

    runToTheEnd();

    EXPECT_EQ(received_.size(), std::size_t{kEvents});
    EXPECT_EQ(outbound_.submittedCount(), 3U);
    EXPECT_EQ((*store_->deliveries().countByState())[DeliveryState::Delivered], 3);
}

TEST_F(DeliveryWorkerSqlite, LosesNothingWhicheverCommitFails) {
    start();
    recordEvents();
    // Every callback fails once, so that there are two rounds of attempts to record.
    worker_->step();
    failing_commit_ = commits_ + 1;
    while (outbound_.pendingCount() > 0)
        answer(500);
    clock_.advanceTo(worker_->step());
    EXPECT_FALSE(worker_->isIdle());
    worker_->step();
    EXPECT_TRUE(worker_->isIdle());
    failing_commit_ = commits_ + 1;
    received_.clear();

    runToTheEnd();

    EXPECT_EQ(received_.size(), std::size_t{kEvents});
    EXPECT_EQ(outbound_.submittedCount(), 6U);
    EXPECT_GE(commits_, failing_commit_);
}

TEST_F(DeliveryWorkerSqlite, DeliversAgainWhatAnEndedProcessHadUnderWay) {
    start();
    recordEvents();
    worker_->step();
    ASSERT_EQ(outbound_.pendingCount(), 3U);
    answer(200);
    worker_->step();
    answer(200);  // heard by nobody
    kill();

    start();
    runToTheEnd();

    EXPECT_EQ(received_.size(), std::size_t{kEvents});
    EXPECT_EQ((*store_->deliveries().countByState())[DeliveryState::Delivered], 3);
}

TEST_F(DeliveryWorkerSqlite, SplitsPagesThatWereMadeForAnotherFormat) {
    format_ = "standard-webhooks";
    start();
    recordEvents();

    runToTheEnd();

    EXPECT_EQ(received_.size(), std::size_t{kEvents});
    EXPECT_EQ(outbound_.submittedCount(), std::size_t{kEvents});
    EXPECT_EQ((*store_->deliveries().countByState())[DeliveryState::Delivered], kEvents);
}

class DeliverySplitFault : public DeliveryWorkerSqlite, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Commits, DeliverySplitFault, testing::Range(1, 5));

TEST_P(DeliverySplitFault, LosesNothingWhicheverCommitFails) {
    format_ = "standard-webhooks";
    start();
    recordEvents();
    failing_commit_ = commits_ + GetParam();

    runToTheEnd();

    EXPECT_GE(commits_, failing_commit_);
    EXPECT_EQ(received_.size(), std::size_t{kEvents});
    EXPECT_EQ((*store_->deliveries().countByState())[DeliveryState::Delivered], kEvents);
}

TEST_F(DeliveryWorkerSqlite, SplitPagesKeepTheOrderOfEvents) {
    format_ = "standard-webhooks";
    per_callback_ = 1;
    start();
    recordEvents();

    runToTheEnd();

    ASSERT_EQ(in_order_.size(), std::size_t{kEvents});
    for (std::size_t i = 0; i < in_order_.size(); ++i)
        EXPECT_EQ(in_order_[i], "event" + std::to_string(i));
}

}  // namespace
}  // namespace ferry::pipeline
