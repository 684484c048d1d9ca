// Goal: a secret that the provider gives with a registration is what webhooks are verified with, as
// long as there is that registration, and nobody else gets to see it.
// Method: the worker of subscription_worker_fixture.h.

#include "unit/pipeline/subscription_worker_fixture.h"

#include <gmock/gmock.h>

namespace ferry::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using GivenSecretTest = SubscriptionWorkerTest;

constexpr const char* kFirst = "state=s1;lives_s=900;secret=first";

TEST_F(GivenSecretTest, VerifiesFromTheRegistrationOnAndAfterARestart) {
    const InstanceId id = add("marketing");
    EXPECT_EQ(verifiedWith(id), "the secret");
    EXPECT_THAT(settle(200, kFirst), ElementsAre("subscribe token "));
    EXPECT_EQ(verifiedWith(id), "first");
    EXPECT_THAT(*store_->instances().findByAccount("fake", "account"), SizeIs(1));
    EXPECT_EQ(
        store_->instances().findByAccount("fake", "account")->at(0).webhook_secret,
        rowOf(id)->given_secret
    );

    EXPECT_THAT(settle(), IsEmpty()) << "it is in place";
    start();
    EXPECT_THAT(settle(), IsEmpty());
    clock_.advance(SubscriptionWorker::kScanInterval);
    EXPECT_THAT(settle(), IsEmpty());
    EXPECT_EQ(verifiedWith(id), "first");
    EXPECT_THAT(
        *store_->instances().sealedWebhookSecret(rowOf(id)->given_secret), Not(HasSubstr("first"))
    );
}

TEST_F(GivenSecretTest, AChangeOfTheInstanceLeavesIt) {
    const InstanceId id = add("marketing");
    settle(200, kFirst);
    Instance changed = **store_->instances().find(id);
    changed.tags = {"new"};
    ASSERT_TRUE(store_->instances().reconfigure({&changed, 1}));
    change(id, [](Instance& instance) { instance.updated_at = {}; });
    EXPECT_THAT(settle(), IsEmpty());
    EXPECT_EQ(verifiedWith(id), "first");
}

TEST_F(GivenSecretTest, ARenewalMayLeaveItOutOrSayAnother) {
    const InstanceId id = add("marketing");
    settle(200, kFirst);
    const WebhookSecretId first = rowOf(id)->given_secret;
    clock_.advance(Milliseconds(640'000));
    EXPECT_THAT(settle(503), ElementsAre("subscribe token s1"));
    EXPECT_EQ(verifiedWith(id), "first") << "a failure changes nothing";
    clock_.advance(untilNextStep());
    EXPECT_THAT(settle(200, "state=s2;lives_s=900"), ElementsAre("subscribe token s1"));
    EXPECT_EQ(verifiedWith(id), "first");
    clock_.advance(Milliseconds(640'000));
    EXPECT_THAT(settle(200, kFirst), ElementsAre("subscribe token s2"));
    EXPECT_EQ(rowOf(id)->given_secret, first) << "the same one";
    clock_.advance(Milliseconds(640'000));
    settle(200, "state=s3;secret=second");
    EXPECT_EQ(verifiedWith(id), "second");
    EXPECT_EQ(store_->instances().sealedWebhookSecret(first).error().code, ErrorCode::NotFound)
        << "nobody needs it any more";
}

TEST_F(GivenSecretTest, GoesWithItsRegistration) {
    const InstanceId id = add("marketing");
    settle(200, kFirst);
    const WebhookSecretId first = rowOf(id)->given_secret;
    change(id, [](Instance& instance) { instance.events_enabled = false; });
    EXPECT_THAT(settle(), ElementsAre("unsubscribe token s1"));
    EXPECT_EQ(verifiedWith(id), "the secret");
    EXPECT_FALSE(store_->instances().sealedWebhookSecret(first));
    change(id, [](Instance& instance) { instance.events_enabled = true; });
    settle(200, "state=s2;secret=second");
    EXPECT_EQ(verifiedWith(id), "second");

    const WebhookSecretId second = rowOf(id)->given_secret;
    remove(id);
    EXPECT_THAT(settle(), ElementsAre("unsubscribe  s2"));
    EXPECT_FALSE(store_->instances().sealedWebhookSecret(second));
}

TEST_F(GivenSecretTest, EqualOnesOfTwoInstancesAreTwo) {
    const InstanceId one = add("one");
    const InstanceId two = add("two");
    settle(200, kFirst);
    remove(one);
    settle(200, kFirst);
    EXPECT_EQ(verifiedWith(two), "first");
}

TEST_F(GivenSecretTest, ANewOwnSecretTakesAnotherRegistration) {
    const InstanceId id = add("marketing");
    settle(200, kFirst);
    change(id, [this](Instance& instance) {
        const Instance changed = made("marketing", {{"webhook.secret", "another secret"}});
        instance.sealed_configuration = changed.sealed_configuration;
        instance.webhook_secret = changed.webhook_secret;
    });
    EXPECT_THAT(
        settle(200, "state=s2;secret=second"),
        ElementsAre("unsubscribe token s1", "subscribe token ")
    );
    EXPECT_EQ(verifiedWith(id), "second");
    EXPECT_THAT(settle(), IsEmpty());
}

TEST_F(GivenSecretTest, IsNotKeptForAnInstanceThatIsRemovedMeanwhile) {
    const InstanceId id = add("marketing");
    worker_->step();
    worker_->step();
    ASSERT_EQ(outbound_.pendingCount(), 1U);
    remove(id);
    EXPECT_THAT(settle(200, kFirst), ElementsAre("subscribe token ", "unsubscribe token s1"));
    EXPECT_THAT(*store_->instances().webhookSecrets(10), SizeIs(1)) << "its own";
}

}  // namespace
}  // namespace ferry::pipeline
