// Goal: what failures mean for the next drain: an outage is waited out by its length, and a store
// that fails is nobody's failure but its own.
// Method: a real database whose commits fail on command, a provider and an outbound service in
// memory, a clock that stands.

#include "pipeline/sync_worker.h"

#include "observe/log_trace.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fake_outbound.h"
#include "support/fake_provider.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

/// Its pages are empty: "cursor=C" is the whole answer, with ";more=1" if another one follows.
class ListingProvider final : public test::FakeProvider {
  public:
    using FakeProvider::FakeProvider;

    Result<OperationPtr> startFetch(
        const ProviderAccount&, const TokenSet&, const FetchRequest& request
    ) override {
        ++fetches;
        noteTrace();
        asked.push_back(
            std::string(syncPhaseName(request.phase)) + (request.cursor.empty() ? "" : " on")
        );
        const auto end = [this](const auto& fields) -> Result<OperationResult> {
            noteTrace();
            OperationResult result;
            result.page = ChangePage{{}, fields.at("cursor"), fields.contains("more")};
            return result;
        };
        return OperationPtr(std::make_unique<test::FakeOperation>("fetch", request.cursor, end));
    }
    Result<std::vector<NormalizedChange>>
    normalize(const ProviderAccount&, std::vector<std::string>, const std::vector<std::string>&)
        override {
        noteTrace();
        return std::vector<NormalizedChange>();
    }
    void noteTrace() { traces.push_back(observe::currentTrace()); }

    std::vector<std::string> traces;  ///< that each call is logged in
    int fetches = 0;
    std::vector<std::string> asked;  ///< phases, and "on" where a cursor is given
};

class FixedTokens final : public TokenSource {
  public:
    void get(
        std::shared_ptr<const InstanceSettings>,
        std::shared_ptr<Provider>,
        std::optional<Secret>,
        Completion completion
    ) override {
        trace = observe::currentTrace();
        TokenSet tokens;
        tokens.access_token = Secret("token");
        completion(tokens);
    }

    std::string trace;  ///< that the last call is logged in
};

class SyncWorkerTest : public testing::Test {
  protected:
    SyncWorkerTest() {
        store::sqlite::SqliteOptions options;
        options.inline_writes = true;
        options.fails_commit = [this] { return is_disk_full_; };
        store_ = *store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        provider_ = std::make_shared<ListingProvider>(clock_);
        directory_.providers["fake"] = provider_;
        settings_ = std::make_unique<SettingsCache>(store_->instances(), key_);
        instance_ = addInstance();
        worker_ = std::make_unique<SyncWorker>(
            SyncWorkerParts{
                *store_,
                directory_,
                *settings_,
                tokens_,
                outbound_,
                clock_,
                random_,
                log_,
                metrics_},
            SyncWorkerOptions{"hub"},
            [] {},
            [] {}
        );
    }

    InstanceId addInstance() {
        Instance instance;
        instance.name = "marketing";
        instance.connector_key = "fake";
        instance.account_id = "account";
        instance.state = InstanceState::Running;
        instance.sealed_configuration = sealConfiguration({}, instance.name, key_, random_);
        return store_->instances().put({&instance, 1}, clock_.now())->front();
    }

    void webhook() { ASSERT_TRUE(store_->notices().mark({&instance_, 1}, clock_.now())); }

    /// Steps until the worker has nothing to do at this moment; every request is answered so.
    void settle(int status) {
        for (int i = 0; i < 100; ++i) {
            worker_->step();
            if (outbound_.pendingCount() == 0) return;
            http::OutboundResponse response = test::FakeOutbound::answer(status);
            response.body = "cursor=next";
            outbound_.complete(std::move(response));
        }
        ADD_FAILURE() << "the worker asks again and again";
    }

    Milliseconds untilDue() {
        const auto due = store_->notices().nextDue();
        if (!due || !*due) return Milliseconds(-1);
        return std::chrono::duration_cast<Milliseconds>(**due - clock_.now());
    }

    test::TempDir folder_;
    test::SimClock clock_;
    test::SeededRandom random_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    observe::Metrics metrics_;
    std::vector<std::string> lines_;
    observe::Log log_{
        clock_,
        observe::LogLevel::Warning,
        observe::LogFormat::Text,
        [this](std::string_view line) { lines_.emplace_back(line); }};
    bool is_disk_full_ = false;
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    std::shared_ptr<ListingProvider> provider_;
    test::FakeDirectory directory_;
    FixedTokens tokens_;
    test::FakeOutbound outbound_;
    std::unique_ptr<SettingsCache> settings_;
    InstanceId instance_;
    std::unique_ptr<SyncWorker> worker_;
};

TEST_F(SyncWorkerTest, WhatAPluginLogsIsInTheTraceOfTheDrain) {
    settle(200);

    ASSERT_EQ(provider_->traces.size(), 3U) << "fetch, its answer, normalize";
    EXPECT_NE(tokens_.trace, "");
    EXPECT_EQ(provider_->traces, std::vector(3, tokens_.trace));
    EXPECT_EQ(observe::currentTrace(), "") << "and nothing after it";
}

TEST_F(SyncWorkerTest, AnOutageIsWaitedOutByItsLengthNotByTheWebhooksInIt) {
    webhook();
    settle(503);
    const Milliseconds first = untilDue();
    ASSERT_GT(first, Milliseconds(0));

    for (int i = 0; i < 50; ++i) {
        webhook();
        settle(503);
        clock_.advance(Milliseconds(1));
    }

    EXPECT_EQ(provider_->fetches, 51) << "each webhook is tried at once";
    EXPECT_LE(untilDue(), first);
    clock_.advance(untilDue());
    settle(503);
    EXPECT_GT(untilDue(), first) << "a try at its time is a further failure";
    clock_.advance(untilDue());
    settle(200);
    EXPECT_GT(untilDue(), Milliseconds(200'000)) << "it is over: the next drain is a poll";
    webhook();
    settle(503);
    EXPECT_LE(untilDue(), Milliseconds(2'000)) << "another outage begins with a short wait";
}

TEST_F(SyncWorkerTest, ShowsAtTheInstanceWhatIsWrongNow) {
    const auto reason = [this] { return (*store_->instances().find(instance_))->state_reason; };
    const auto failAtItsTime = [this](int status) {
        settle(status);
        clock_.advance(untilDue());
    };
    webhook();
    failAtItsTime(503);
    EXPECT_EQ(reason(), "") << "a single failure of an outage is noise";
    failAtItsTime(400);
    EXPECT_NE(reason().find("cursor=next: correct the configuration"), std::string::npos)
        << "a refusal after an outage is told as well: " << reason();
    failAtItsTime(503);
    EXPECT_NE(reason().find("the provider is down"), std::string::npos) << reason();
    // Somebody wiped it away, as a reload may.
    ASSERT_TRUE(store_->instances().setReason(instance_, ""));
    failAtItsTime(503);
    EXPECT_NE(reason().find("the provider is down"), std::string::npos) << reason();
    settle(200);
    EXPECT_EQ(reason(), "");
}

TEST_F(SyncWorkerTest, ALongDrainShowsItsProgressInTheMetrics) {
    webhook();
    for (int page = 1; page <= 3; ++page) {
        worker_->step();
        ASSERT_EQ(outbound_.pendingCount(), 1U);
        http::OutboundResponse response = test::FakeOutbound::answer(200);
        response.body = "more=1;cursor=" + std::to_string(page);
        outbound_.complete(std::move(response));
        worker_->step();
        const std::string text = metrics_.prometheusText();
        EXPECT_NE(
            text.find("\nferry_sync_pages_total " + std::to_string(page) + "\n"), std::string::npos
        ) << text;
        EXPECT_NE(text.find("\nferry_sync_drains_total 0\n"), std::string::npos);
    }
}

TEST_F(SyncWorkerTest, AStoreThatFailsIsNoFailureOfTheInstance) {
    webhook();
    worker_->step();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    is_disk_full_ = true;
    for (int i = 0; i < 40; ++i) {
        settle(200);
        clock_.advance(Milliseconds(500));
    }
    const std::size_t told = lines_.size();
    is_disk_full_ = false;
    settle(200);
    clock_.advance(Milliseconds(1'000));
    settle(200);

    EXPECT_EQ(store_->sync().position(instance_)->cursor, "next") << "it was drained";
    EXPECT_GE(told, 1U) << "nobody was told";
    EXPECT_LE(told, 2U) << "told again and again, first: " << lines_.front();
}

TEST_F(SyncWorkerTest, BeginsWithWhatWasAskedOfTheCursorOnce) {
    webhook();
    settle(200);
    webhook();
    settle(200);
    ASSERT_TRUE(store_->cursors().request(instance_, store::CursorRequest::Resync, clock_.now()));
    settle(200);
    webhook();
    settle(200);
    ASSERT_TRUE(store_->cursors().request(instance_, store::CursorRequest::Skip, clock_.now()));
    settle(200);

    EXPECT_EQ(
        provider_->asked,
        (std::vector<std::string>{"baseline", "live on", "resync", "live on", "skip"})
    );
    EXPECT_EQ(store_->sync().position(instance_)->phase, SyncPhase::Live);
    EXPECT_EQ(store_->sync().position(instance_)->generation, 3U);
}

TEST_F(SyncWorkerTest, ADrainUnderWayEndsAfterItsPageIfItIsInterrupted) {
    const auto answerWithMore = [this](const std::string& cursor) {
        http::OutboundResponse response = test::FakeOutbound::answer(200);
        response.body = "more=1;cursor=" + cursor;
        outbound_.complete(std::move(response));
        worker_->step();
    };
    webhook();
    worker_->step();
    answerWithMore("1");
    ASSERT_EQ(store_->sync().position(instance_)->cursor, "1");

    ASSERT_TRUE(store_->cursors().request(instance_, store::CursorRequest::Skip, clock_.now()));
    worker_->interrupt(instance_);
    answerWithMore("2");

    EXPECT_EQ(worker_->drainsInFlight(), 1U) << "another one";
    settle(200);
    EXPECT_EQ(provider_->asked.back(), "skip");
    EXPECT_EQ(store_->sync().position(instance_)->phase, SyncPhase::Live);
    EXPECT_EQ(*store_->cursors().requested(instance_), std::nullopt);
}

TEST_F(SyncWorkerTest, WithoutAnInterruptionTheRequestIsForTheNextDrain) {
    webhook();
    worker_->step();
    ASSERT_TRUE(store_->cursors().request(instance_, store::CursorRequest::Resync, clock_.now()));
    settle(200);

    EXPECT_EQ(provider_->asked, (std::vector<std::string>{"baseline", "resync"}));
}

}  // namespace
}  // namespace ferry::pipeline
