#pragma once
// An operator worker on a real database, stepped by hand on a clock that the test moves, with the
// operator's receiver in the test's hands; processes end without a word.

#include "pipeline/operator_worker.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fake_outbound.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace ferry::pipeline {

inline constexpr std::string_view kOperatorKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class OperatorWorkerTest : public testing::Test {
  protected:
    OperatorWorkerTest() { start(); }

    /// Begins a process on the database.
    void start() {
        store::sqlite::SqliteOptions options;
        options.inline_writes = true;
        options.fails_commit = [this] { return fails_commits_; };
        auto opened =
            store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
        health_ = std::make_shared<CallbackHealth>();
        ConditionWatchOptions watch;
        watch.authorize_url = [](const Instance& one) { return "https://hub/start/" + one.name; };
        OperatorOptions worker_options;
        worker_options.url = url_;
        worker_options.keys = readSigningKeys(kOperatorKey);
        worker_options.hub_id = "hub";
        worker_ = std::make_unique<OperatorWorker>(
            OperatorServices{store_->conditions(), outbound_, clock_, random_, metrics_, log_},
            ConditionWatch(*store_, health_, std::move(watch)),
            std::move(worker_options),
            [this] { ++wakes_; }
        );
    }
    /// Ends it without a word to anyone; what is under way comes to nobody.
    void restart() {
        worker_.reset();
        store_.reset();
        while (outbound_.pendingCount() > 0)
            outbound_.completeStatus(200);
        start();
    }

    InstanceId add(const std::string& name) {
        Instance instance;
        instance.name = name;
        instance.connector_key = "dropbox";
        instance.tags = {"tenant-7"};
        instance.state = InstanceState::Running;
        instance.events_enabled = true;
        instance.callback = *store_->instances().internCallback(sha256(name));
        return store_->instances().put({&instance, 1}, clock_.now())->front();
    }
    CallbackId callbackOf(InstanceId id) { return (*store_->instances().find(id))->callback; }
    void setState(InstanceId id, InstanceState state, std::string_view reason = {}) {
        ASSERT_TRUE(store_->instances().setState(id, state, reason, clock_.now()));
    }
    /// Deliveries of the instance that ran out of attempts now.
    void die(InstanceId id, std::size_t count = 1) {
        store::SyncCommit commit;
        commit.instance = id;
        commit.callback = callbackOf(id);
        commit.now = clock_.now();
        commit.events.emplace_back();
        const std::vector<store::SyncCommit> commits(count, commit);
        ASSERT_TRUE(store_->sync().commit(commits).back());
        const auto leased = store_->deliveries().lease({clock_.now(), count, count});
        ASSERT_TRUE(leased && leased->size() == count);
        std::vector<AttemptOutcome> outcomes;
        for (const Delivery& delivery : *leased) {
            AttemptOutcome& outcome = outcomes.emplace_back();
            outcome.delivery = delivery.id;
            outcome.instance = id;
            outcome.callback = commit.callback;
            outcome.state = DeliveryState::Dead;
            outcome.finished_at = clock_.now();
            outcome.error = "HTTP 500";
        }
        ASSERT_TRUE(store_->deliveries().record(outcomes));
    }

    /// Steps for so long, as often as the worker wants.
    void run(Milliseconds time = Milliseconds(5'000)) {
        const TimePoint end = clock_.now() + time;
        for (TimePoint next = worker_->step(); next <= end; next = worker_->step())
            clock_.advanceTo(std::max(next, clock_.now() + Milliseconds(1)));
        clock_.advanceTo(end);
        worker_->step();
    }
    /// The type of the only message under way, which is answered with `status`.
    std::string answer(int status) {
        EXPECT_EQ(outbound_.pendingCount(), 1U);
        if (outbound_.pendingCount() == 0) return {};
        message_ = outbound_.oldest();
        rapidjson::Document body;
        body.Parse(message_.body.c_str());
        EXPECT_FALSE(body.HasParseError()) << message_.body;
        outbound_.completeStatus(status);
        worker_->step();
        return body["type"].GetString();
    }
    std::string metric(std::string_view kind) {
        const std::string text = metrics_.prometheusText();
        const std::string name = "\nferry_conditions{kind=\"" + std::string(kind) + "\"} ";
        const auto at = text.find(name);
        return at == std::string::npos ? "" : text.substr(at + name.size(), 1);
    }

    std::string url_ = "http://10.0.0.5/operator";
    bool fails_commits_ = false;
    test::TempDir folder_;
    test::SimClock clock_;
    test::SeededRandom random_;
    test::FakeOutbound outbound_;
    observe::Metrics metrics_;
    std::string log_text_;
    observe::Log log_{
        clock_,
        observe::LogLevel::Info,
        observe::LogFormat::Text,
        [this](std::string_view line) { log_text_ += line; },
    };
    int wakes_ = 0;
    http::OutboundRequest message_;
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    std::shared_ptr<CallbackHealth> health_;
    std::unique_ptr<OperatorWorker> worker_;
};

}  // namespace ferry::pipeline
