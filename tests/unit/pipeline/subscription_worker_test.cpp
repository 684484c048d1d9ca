// Goal: the webhook of each instance is registered at its provider, renewed before it ends and
// removed when nobody wants it, whatever fails in between.
// Method: the worker of subscription_worker_fixture.h.

#include "unit/pipeline/subscription_worker_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(SubscriptionWorkerTest, RegistersOnceAndRenewsAfterTwoThirdsOfTheTime) {
    const InstanceId id = add("marketing");

    EXPECT_THAT(settle(), ElementsAre("subscribe token "));
    EXPECT_EQ(provider_->last.callback_url, "https://hub.example/elements/api-v2/events/fake/MQ==");
    EXPECT_EQ(provider_->last.secret.reveal(), "the secret");
    EXPECT_THAT(provider_->last.nonce, testing::SizeIs(36));
    EXPECT_THAT(rowOf(id)->sealed_state, Not(HasSubstr("s1"))) << "states may hold secrets";
    EXPECT_THAT(settle(), IsEmpty());
    start();
    EXPECT_THAT(settle(), IsEmpty()) << "a restart changes nothing";

    clock_.advance(Milliseconds(560'000));
    EXPECT_THAT(settle(), IsEmpty()) << "two thirds of 900 s, less 5 %";
    clock_.advance(Milliseconds(71'000));
    EXPECT_THAT(settle(200, "state=s2"), ElementsAre("subscribe token s1"));
    clock_.advance(Milliseconds(86'400'000));
    EXPECT_THAT(settle(), IsEmpty()) << "the new one has no end";
}

TEST_F(SubscriptionWorkerTest, AsksForNothingWhereNoWebhookIsWanted) {
    provider_->provider_options.polling.emplace();
    Instance waiting = made("waiting");
    waiting.state = InstanceState::AwaitingAuthorization;
    Instance silent = made("silent");
    silent.events_enabled = false;
    Instance other = made("other");
    other.connector_key = "none";
    for (const Instance& instance : {waiting, silent, other})
        put(instance);
    add("polls", {{"event.vendor.type", "polling"}});

    EXPECT_THAT(settle(), IsEmpty());
    EXPECT_EQ(untilNextStep(), SubscriptionWorker::kScanInterval);
}

TEST_F(SubscriptionWorkerTest, RemovesWhatIsWantedNoMoreAndRegistersItAgain) {
    const InstanceId id = add("marketing");
    settle();

    change(id, [](Instance& instance) { instance.state = InstanceState::Disabled; });
    EXPECT_THAT(settle(), ElementsAre("unsubscribe token s1"));
    EXPECT_FALSE(rowOf(id));
    EXPECT_THAT(settle(), IsEmpty());
    change(id, [](Instance& instance) { instance.state = InstanceState::Running; });
    EXPECT_THAT(settle(), ElementsAre("subscribe token "));
}

TEST_F(SubscriptionWorkerTest, AnotherUrlOrSecretTakesAnotherRegistration) {
    const InstanceId id = add("marketing");
    settle();

    start("https://new.example");
    EXPECT_THAT(settle(), ElementsAre("unsubscribe token s1", "subscribe token "));
    EXPECT_THAT(provider_->last.callback_url, HasSubstr("https://new.example/"));
    change(id, [this](Instance& instance) {
        const Instance changed = made("marketing", {{"webhook.secret", "another secret"}});
        instance.sealed_configuration = changed.sealed_configuration;
        instance.webhook_secret = changed.webhook_secret;
    });
    EXPECT_THAT(settle(), ElementsAre("unsubscribe token s1", "subscribe token "));
    EXPECT_EQ(provider_->last.secret.reveal(), "another secret");
    EXPECT_THAT(settle(), IsEmpty());
}

TEST_F(SubscriptionWorkerTest, FailuresAreTriedAgainAtGrowingWaitsAndTold) {
    const InstanceId id = add("marketing");
    Milliseconds before{0};
    for (int i = 1; i <= 6; ++i) {
        EXPECT_THAT(settle(503), ElementsAre("subscribe token "));
        EXPECT_THAT(settle(503), IsEmpty()) << "not before its time";
        EXPECT_GT(untilNextStep(), Milliseconds(0));
        EXPECT_TRUE(i < 3 || untilNextStep() * 2 > before) << "failure " << i;
        before = untilNextStep();
        EXPECT_EQ(reasonOf(id).empty(), i < 3) << "failure " << i;
        clock_.advance(untilNextStep());
    }
    EXPECT_THAT(reasonOf(id), HasSubstr("the provider is down"));

    settle();
    EXPECT_EQ(reasonOf(id), "");
    EXPECT_EQ(rowOf(id)->failures, 0U);
}

TEST_F(SubscriptionWorkerTest, AFailedRenewalLeavesWhatIsThere) {
    const InstanceId id = add("marketing");
    settle();
    clock_.advance(Milliseconds(640'000));
    EXPECT_THAT(settle(503), ElementsAre("subscribe token s1"));
    const auto row = rowOf(id);
    EXPECT_FALSE(row->sealed_state.empty());
    EXPECT_EQ(row->failures, 1U);
    clock_.advance(untilNextStep());
    EXPECT_THAT(settle(), ElementsAre("subscribe token s1"));
}

TEST_F(SubscriptionWorkerTest, AProviderThatSaysWhenIsNotAskedBefore) {
    add("marketing");
    settle(429, "wait_ms=60000");
    EXPECT_EQ(untilNextStep(), Milliseconds(60'000));
}

TEST_F(SubscriptionWorkerTest, ARefusedTokenIsReplacedOnce) {
    const InstanceId id = add("marketing");
    EXPECT_THAT(settle(401), ElementsAre("subscribe token ", "subscribe another "));
    EXPECT_EQ(rowOf(id)->failures, 1U);
}

TEST_F(SubscriptionWorkerTest, TheWebhookOfARemovedInstanceIsRemovedWithItsLastTokens) {
    const InstanceId id = add("marketing");
    settle();
    TokenVault vault(key_, random_, store_->tokens());
    TokenSet last;
    last.access_token = Secret("last");
    last.refresh_token = Secret("refresh");
    ASSERT_TRUE(vault.save(id, last));
    remove(id);

    EXPECT_THAT(settle(503), ElementsAre("unsubscribe last s1"));
    clock_.advance(untilNextStep());
    EXPECT_THAT(settle(401, ""), ElementsAre("unsubscribe last s1", "refresh refresh=refresh"));
    clock_.advance(untilNextStep());
    EXPECT_THAT(settle(), ElementsAre("unsubscribe last s1"));
    EXPECT_THAT(*store_->subscriptions().ended(10), IsEmpty());
}

TEST_F(SubscriptionWorkerTest, TheWebhookOfARemovedInstanceIsGivenUpInTheEnd) {
    const InstanceId id = add("marketing");
    settle(200, "state=s1");
    remove(id);
    EXPECT_THAT(settle(503), ElementsAre("unsubscribe  s1"));
    for (unsigned i = 1; i < SubscriptionWorker::kEndedFailuresMax; ++i)
        EXPECT_THAT(settleLater(503), ElementsAre("unsubscribe  s1")) << i;
    EXPECT_THAT(settleLater(503), IsEmpty());
    EXPECT_THAT(*store_->subscriptions().ended(10), IsEmpty());
    EXPECT_THAT(lines_.back(), HasSubstr("stays at the provider"));
}

TEST_F(SubscriptionWorkerTest, WhatHasEndedByItselfIsLeftAlone) {
    const InstanceId id = add("marketing");
    settle();
    clock_.advance(Milliseconds(900'000));
    remove(id);
    EXPECT_THAT(settle(), IsEmpty());
    EXPECT_THAT(*store_->subscriptions().ended(10), IsEmpty());
}

TEST_F(SubscriptionWorkerTest, AnInstanceThatIsRemovedMeanwhileLeavesNoWebhook) {
    const InstanceId id = add("marketing");
    worker_->step();
    worker_->step();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    remove(id);
    EXPECT_THAT(settle(), ElementsAre("subscribe token ", "unsubscribe token s1"));
}

TEST_F(SubscriptionWorkerTest, WhatChangesMeanwhileIsSeenAfterwards) {
    const InstanceId id = add("marketing");
    worker_->step();
    worker_->step();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    change(id, [](Instance& instance) { instance.state = InstanceState::Disabled; });
    worker_->step();
    EXPECT_THAT(settle(), ElementsAre("subscribe token ", "unsubscribe token s1"));
}

TEST_F(SubscriptionWorkerTest, FewAreUnderWayAtATimeAndAllAreDone) {
    for (int i = 0; i < 10; ++i)
        add("instance" + std::to_string(i));
    worker_->step();
    worker_->step();
    EXPECT_EQ(outbound_.pendingCount(), 4U);
    settle();
    EXPECT_EQ(store_->subscriptions().all()->size(), 10U);
}

TEST_F(SubscriptionWorkerTest, AChangeOfOneCostsNoLookAtTheOthers) {
    for (int i = 0; i < 3; ++i)
        add("instance" + std::to_string(i));
    settle();
    // Nobody tells of these: only a look at all of them would find out.
    for (const InstanceId id : {InstanceId(1), InstanceId(2), InstanceId(3)}) {
        Instance instance = **store_->instances().find(id);
        instance.state = InstanceState::Disabled;
        ASSERT_TRUE(store_->instances().put({&instance, 1}, clock_.now()));
    }
    add("another");
    EXPECT_THAT(settle(), ElementsAre("subscribe token "));
    clock_.advance(SubscriptionWorker::kScanInterval);
    EXPECT_THAT(settle(), testing::SizeIs(3)) << "in the end they are found all the same";
}

TEST_F(SubscriptionWorkerTest, AProviderThatIsDownIsAskedByFewAtATimeHoweverManyAreDue) {
    for (int i = 0; i < 30; ++i)
        add("instance" + std::to_string(i));
    settle();
    clock_.advance(Milliseconds(640'000));
    EXPECT_THAT(settle(503), testing::SizeIs(30)) << "each once";
    EXPECT_GT(untilNextStep(), Milliseconds(0));
    for (int i = 0; i < 20; ++i)
        settleLater(503);
    EXPECT_THAT(settle(503), IsEmpty());
    clock_.advance(Milliseconds(900'000));
    EXPECT_THAT(settle(), testing::SizeIs(30));
}

TEST_F(SubscriptionWorkerTest, AnEndThatIsPastIsNoReasonToAskWithoutPause) {
    add("marketing");
    EXPECT_THAT(settle(200, "state=s1;lives_s=-60"), ElementsAre("subscribe token "));
    EXPECT_THAT(settle(), IsEmpty());
    EXPECT_GE(untilNextStep(), Milliseconds(200'000));
}

TEST_F(SubscriptionWorkerTest, WhatNoConnectorCanRemoveStandsInNobodysWay) {
    std::vector<InstanceId> gone;
    for (int i = 0; i < 5; ++i) {
        Instance instance = made("gone" + std::to_string(i));
        instance.connector_key = "withdrawn";
        gone.push_back(put(instance));
    }
    directory_.providers["withdrawn"] = provider_;
    worker_->noteChanges();
    settle(200, "state=s1");
    const InstanceId id = add("marketing");
    settle(200, "state=s2");
    directory_.providers.erase("withdrawn");
    for (const InstanceId each : gone)
        remove(each);
    settle();
    clock_.advance(Milliseconds(1));
    remove(id);

    EXPECT_THAT(settle(), ElementsAre("unsubscribe  s2"));
    for (int days = 0; days < 2; ++days)
        EXPECT_THAT(settleLater(200), IsEmpty());
    EXPECT_THAT(*store_->subscriptions().ended(10), IsEmpty());
}

}  // namespace
}  // namespace ferry::pipeline
