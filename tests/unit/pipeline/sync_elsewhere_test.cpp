// Goal: a plugin that is called on an executor of its own, and does not come back, holds up its own
// drains and no others. Method: the worker of sync_worker_fixture.h, with a second provider whose
// calls end when the test says so.

#include "unit/pipeline/sync_worker_fixture.h"

#include <gmock/gmock.h>

#include <condition_variable>

namespace ferry::pipeline {
namespace {

using test::FakeProvider;

/// Lets calls wait.
class Gate {
  public:
    void close() {
        const std::lock_guard lock(mutex_);
        is_open_ = false;
    }
    void open() {
        {
            const std::lock_guard lock(mutex_);
            is_open_ = true;
        }
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        ++calls_;
        changed_.wait(lock, [this] { return is_open_; });
    }
    int calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = true;
    int calls_ = 0;
};

/// Gives one page of one record without a request.
class ApartProvider final : public FakeProvider {
  public:
    using FakeProvider::FakeProvider;

    std::string_view key() const override { return "apart"; }
    SerialExecutor* executor() override { return &executor_; }
    Milliseconds silentFor() const override { return executor_.silentFor(); }
    Result<OperationPtr> startVerify(const ProviderAccount&, const TokenSet&) override {
        return fail(ErrorCode::Unsupported, "it verifies no account");
    }
    Result<OperationPtr> startFetch(const ProviderAccount&, const TokenSet&, const FetchRequest&)
        override {
        return OperationPtr(std::make_unique<Fetch>(*this));
    }
    Result<std::vector<NormalizedChange>>
    normalize(const ProviderAccount&, std::vector<std::string> changes, const std::vector<std::string>&)
        override {
        on_executor = on_executor && executor_.isCurrent();
        normalizing.pass();
        std::vector<NormalizedChange> page;
        for (std::string& change : changes)
            page.push_back({IgnoreChange{}, std::move(change)});
        return page;
    }

    Gate fetching;
    Gate normalizing;
    std::atomic<bool> on_executor{true};  ///< every call so far
    std::atomic<Milliseconds> fetch_takes{Milliseconds(0)};

  private:
    class Fetch final : public ProviderOperation {
      public:
        explicit Fetch(ApartProvider& provider) : provider_(provider) {}
        SerialExecutor* executor() override { return provider_.executor(); }
        Result<OperationStep> advance(const http::OutboundResponse*) override {
            provider_.on_executor = provider_.on_executor && provider_.executor_.isCurrent();
            provider_.fetching.pass();
            std::this_thread::sleep_for(provider_.fetch_takes.load());
            OperationResult result;
            result.page = ChangePage{{"{}"}, "next"};
            return OperationStep(std::move(result));
        }

      private:
        ApartProvider& provider_;
    };

    SerialExecutor executor_{"apart"};
};

class SyncElsewhereTest : public SyncWorkerTest {
  protected:
    SyncElsewhereTest() {
        apart_ = std::make_shared<ApartProvider>(clock_);
        directory_.providers["apart"] = apart_;
    }
    ~SyncElsewhereTest() override {
        apart_->fetching.open();
        apart_->normalizing.open();
    }

    /// Steps, and answers what the other provider is asked, until `condition`.
    bool eventually(const std::function<bool()>& condition) {
        for (int i = 0; i < 30'000 && !condition(); ++i) {
            settle(200);
            std::this_thread::sleep_for(Milliseconds(1));
        }
        return condition();
    }
    bool theOtherProviderIsAsked() {
        webhook();
        const int before = provider_->fetches;
        return eventually([&] { return provider_->fetches > before; });
    }
    std::string cursorOf(InstanceId instance) { return store_->sync().position(instance)->cursor; }

    std::shared_ptr<ApartProvider> apart_;
};

TEST_F(SyncElsewhereTest, APageThatIsBeingNormalizedHoldsUpNobody) {
    const InstanceId slow = addInstance("slow", "apart");
    apart_->normalizing.close();
    ASSERT_TRUE(eventually([&] { return apart_->normalizing.calls() == 1; }));

    ASSERT_TRUE(theOtherProviderIsAsked());

    EXPECT_EQ(cursorOf(slow), "");
    EXPECT_EQ(worker_->drainsInFlight(), 1U);
    apart_->normalizing.open();
    EXPECT_TRUE(eventually([&] { return worker_->drainsInFlight() == 0; }));
    EXPECT_EQ(cursorOf(slow), "next");
    EXPECT_TRUE(apart_->on_executor);
}

TEST_F(SyncElsewhereTest, AFetchThatDoesNotComeBackHoldsUpNobody) {
    const InstanceId slow = addInstance("slow", "apart");
    apart_->fetching.close();
    ASSERT_TRUE(eventually([&] { return apart_->fetching.calls() == 1; }));

    ASSERT_TRUE(theOtherProviderIsAsked());

    apart_->fetching.open();
    EXPECT_TRUE(eventually([&] { return cursorOf(slow) == "next"; }));
    EXPECT_TRUE(apart_->on_executor);
}

TEST_F(SyncElsewhereTest, DrainsThatWaitForACallThatDoesNotComeBackLeavePlacesToOthers) {
    std::vector<InstanceId> slow;
    apart_->fetching.close();
    for (int i = 0; i < 100; ++i)
        slow.push_back(addInstance("slow-" + std::to_string(i), "apart"));
    ASSERT_TRUE(eventually([&] { return worker_->drainsInFlight() >= 63; }));
    std::this_thread::sleep_for(Milliseconds(260));

    ASSERT_TRUE(theOtherProviderIsAsked());
    EXPECT_EQ(worker_->drainsInFlight(), 16U) << "a fourth of 64";

    apart_->fetching.open();
    EXPECT_TRUE(eventually([&] {
        clock_.advance(Milliseconds(100));
        return std::all_of(slow.begin(), slow.end(), [&](InstanceId id) {
            return cursorOf(id) == "next";
        });
    }));
}

TEST_F(SyncElsewhereTest, CallsThatAreSlowAndComeBackAreMadeForThoseAloneWhoWait) {
    constexpr int kInstances = 24;
    std::vector<InstanceId> slow;
    apart_->fetch_takes = Milliseconds(260);
    for (int i = 0; i < kInstances; ++i)
        slow.push_back(addInstance("slow-" + std::to_string(i), "apart"));

    ASSERT_TRUE(eventually([&] {
        clock_.advance(Milliseconds(20));
        return std::all_of(slow.begin(), slow.end(), [&](InstanceId id) {
            return cursorOf(id) == "next";
        });
    }));

    EXPECT_EQ(apart_->fetching.calls(), kInstances) << "some were made for drains that were over";
}

TEST_F(SyncElsewhereTest, TheEndWaitsForTheCallUnderWayAndGivesTheLeasesBack) {
    const InstanceId slow = addInstance("slow", "apart");
    for (Gate* gate : {&apart_->fetching, &apart_->normalizing}) {
        gate->close();
        const int before = gate->calls();
        ASSERT_TRUE(store_->notices().mark({&slow, 1}, clock_.now()));
        ASSERT_TRUE(eventually([&] { return gate->calls() > before; }));
        std::thread opener([gate] {
            std::this_thread::sleep_for(Milliseconds(50));
            gate->open();
        });
        worker_->shutDown();
        opener.join();
        EXPECT_EQ(worker_->drainsInFlight(), 0U);
        EXPECT_GE(untilDue().count(), 0) << "nobody has the lease";
        makeWorker();
    }
}

}  // namespace
}  // namespace ferry::pipeline
