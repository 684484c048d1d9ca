// Goal: a listing is of the account as it is now, and what was asked of the cursor is done once.
// Method: the worker of sync_worker_fixture.h.

#include "unit/pipeline/sync_worker_fixture.h"

namespace ferry::pipeline {
namespace {

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

TEST_F(SyncWorkerTest, LooksAtTheAccountBeforeItListsIt) {
    provider_->can_verify = true;
    webhook();
    worker_->step();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    EXPECT_EQ(provider_->fetches, 0);
    http::OutboundResponse response = test::FakeOutbound::answer(200);
    response.body = "account=account;state=of a team";
    outbound_.complete(std::move(response));
    worker_->step();
    EXPECT_EQ(provider_->fetches, 0) << "that would list the account as it was";
    EXPECT_EQ(store_->instances().find(instance_)->value().account_state, "of a team");

    worker_->step();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    response = test::FakeOutbound::answer(200);
    response.body = "account=account;state=of a team";
    outbound_.complete(std::move(response));
    settle(200);

    EXPECT_EQ(provider_->fetches, 1) << "it is asked once more, and nothing has changed since";
    EXPECT_EQ(store_->sync().position(instance_)->cursor, "next");
    webhook();
    settle(200);
    EXPECT_EQ(provider_->fetches, 2) << "with a cursor it is not asked";
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

TEST_F(SyncWorkerTest, AConnectorThatHasLearntToPollBeginsWithABaseline) {
    provider_->provider_options.feed = Feed::Brought;
    webhook();
    settle(200);
    ASSERT_EQ(store_->sync().position(instance_)->cursor, "0") << "a number of the inbox";

    provider_->provider_options.feed = Feed::Fetched;
    provider_->provider_options.polling.emplace().can_list = true;
    webhook();
    settle(200);
    EXPECT_EQ(provider_->asked, (std::vector<std::string>{"baseline"}));
    webhook();
    settle(200);
    EXPECT_EQ(provider_->asked.back(), "live on");

    // And back: what it has polled is no position in the inbox.
    provider_->provider_options.feed = Feed::Brought;
    provider_->provider_options.polling.reset();
    webhook();
    settle(200);
    EXPECT_EQ(store_->sync().position(instance_)->cursor, "0");
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
