// Goal: what failures mean for the next drain: an outage is waited out by its length, and a store
// that fails is nobody's failure but its own.
// Method: the worker of sync_worker_fixture.h.

#include "unit/pipeline/sync_worker_fixture.h"

namespace ferry::pipeline {
namespace {

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

TEST_F(SyncWorkerTest, WhatTheProviderAsksForCountsAlsoBeforeItsTime) {
    webhook();
    settle(503);
    ASSERT_LE(untilDue(), Milliseconds(2'000));
    webhook();
    settle(429, "wait_ms=120000");
    EXPECT_GE(untilDue(), Milliseconds(120'000));
    webhook();
    settle(200);
    worker_->step();  // gives the notice back
    EXPECT_EQ(provider_->fetches, 2) << "it was asked before its time";
    EXPECT_GT(untilDue(), Milliseconds(100'000));
}

TEST_F(SyncWorkerTest, WhoMendsTheInstanceNeedNotWaitForTheProvider) {
    const auto configure = [this](const Configuration& configuration) {
        clock_.advance(Milliseconds(1));
        Instance changed = *(*store_->instances().find(instance_));
        changed.sealed_configuration =
            sealConfiguration(configuration, changed.name, key_, random_);
        changed.updated_at = clock_.now();
        ASSERT_TRUE(store_->instances().reconfigure({&changed, 1}));
        webhook();
    };
    webhook();
    settle(429, "wait_ms=120000");
    configure({{"event.baseline", "true"}});
    settle(200);
    worker_->step();
    EXPECT_EQ(provider_->fetches, 1) << "that is about something else";
    configure({{"oauth.api.secret", "right"}});
    settle(429, "wait_ms=120000");
    EXPECT_EQ(provider_->fetches, 2);

    for (const InstanceState state : {InstanceState::Disabled, InstanceState::Running})
        ASSERT_TRUE(store_->instances().setState(instance_, state, "", clock_.now()));
    settle(200);
    EXPECT_EQ(provider_->fetches, 3) << "it was stopped and runs again";
}

TEST_F(SyncWorkerTest, AShortFaultDoesNotInheritALongWait) {
    webhook();
    settle(400);
    ASSERT_GT(untilDue(), Milliseconds(20'000));
    webhook();
    settle(503);
    EXPECT_LE(untilDue(), Milliseconds(5'000));
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

}  // namespace
}  // namespace ferry::pipeline
