#pragma once
// A sync worker on a real database whose commits fail on command, with a provider and an outbound
// service in memory and a clock that stands.

#include "observe/log_trace.h"
#include "pipeline/sync_worker.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fake_outbound.h"
#include "support/fake_provider.h"
#include "support/seeded_random.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace ferry::pipeline {

/// Its pages are empty: "cursor=C" is the whole answer, with ";more=1" if another one follows.
class ListingProvider final : public test::FakeProvider {
  public:
    using FakeProvider::FakeProvider;

    Result<OperationPtr> startVerify(const ProviderAccount& account, const TokenSet& tokens)
        override {
        if (!can_verify) return fail(ErrorCode::Unsupported, "it verifies no account");
        return FakeProvider::startVerify(account, tokens);
    }
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

    bool can_verify = false;
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
    explicit SyncWorkerTest(bool writes_inline = true) {
        store::sqlite::SqliteOptions options;
        options.inline_writes = writes_inline;
        options.fails_commit = [this] {
            while (is_disk_slow_)
                std::this_thread::sleep_for(Milliseconds(1));
            return is_disk_full_;
        };
        store_ = *store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
        provider_ = std::make_shared<ListingProvider>(clock_);
        directory_.providers["fake"] = provider_;
        settings_ = std::make_unique<SettingsCache>(store_->instances(), key_);
        instance_ = addInstance();
        makeWorker();
    }

    void makeWorker() {
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

    InstanceId addInstance(
        const std::string& name = "marketing", const std::string& connector = "fake"
    ) {
        Instance instance;
        instance.name = name;
        instance.connector_key = connector;
        instance.account_id = "account";
        instance.state = InstanceState::Running;
        instance.sealed_configuration = sealConfiguration({}, instance.name, key_, random_);
        return store_->instances().put({&instance, 1}, clock_.now())->front();
    }

    void webhook() { ASSERT_TRUE(store_->notices().mark({&instance_, 1}, clock_.now())); }

    /// Steps until the worker has nothing to do at this moment; every request is answered so.
    void settle(int status, const std::string& body = "cursor=next") {
        for (int i = 0; i < 100; ++i) {
            worker_->step();
            if (outbound_.pendingCount() == 0) return;
            http::OutboundResponse response = test::FakeOutbound::answer(status);
            response.body = body;
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
    std::atomic<bool> is_disk_slow_ = false;  ///< commits wait; not where they are inline
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    std::shared_ptr<ListingProvider> provider_;
    test::FakeDirectory directory_;
    FixedTokens tokens_;
    test::FakeOutbound outbound_;
    std::unique_ptr<SettingsCache> settings_;
    InstanceId instance_;
    std::unique_ptr<SyncWorker> worker_;
};

}  // namespace ferry::pipeline
