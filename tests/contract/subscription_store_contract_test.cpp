// Goal: SubscriptionStore keeps what its interface says, in every driver; what is registered
// outlives its instance until it is removed at the provider. Method: each documented sentence as
// one test, on a fresh store.

#include "contract/store_contract.h"

namespace ferry::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class SubscriptionStoreContract : public StoreContract {
  protected:
    store::SubscriptionStore& subscriptions() { return store().subscriptions(); }

    InstanceId made(std::string name) {
        Instance instance = anInstance(std::move(name));
        instance.account_id = "account";
        instance.account_state = "state of the account";
        instance.sealed_configuration = "sealed configuration";
        return valueOf(store().instances().put(std::span(&instance, 1), at(1))).front();
    }
    WebhookSubscription registered(InstanceId id) {
        WebhookSubscription subscription;
        subscription.instance = id;
        subscription.sealed_state = std::string("sealed\0state", 12);
        subscription.callback_url = "https://hub.example.com/events";
        subscription.expires_at = at(900);
        subscription.due_at = at(600);
        subscription.failures = 2;
        subscription.webhook_secret = WebhookSecretId(7);
        EXPECT_OK(subscriptions().put(subscription));
        return subscription;
    }
    void removeInstance(InstanceId id) { EXPECT_OK(store().instances().remove(std::span(&id, 1))); }
};
FERRY_CONTRACT(SubscriptionStoreContract);

TEST_P(SubscriptionStoreContract, KeepsWhatIsRegistered) {
    const InstanceId id = made("one");
    EXPECT_FALSE(valueOf(subscriptions().find(id)));
    const WebhookSubscription put = registered(id);
    reopen();

    const auto found = valueOf(subscriptions().find(id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->instance, id);
    EXPECT_EQ(found->sealed_state, put.sealed_state);
    EXPECT_EQ(found->callback_url, put.callback_url);
    EXPECT_EQ(found->expires_at, put.expires_at);
    EXPECT_EQ(found->due_at, put.due_at);
    EXPECT_EQ(found->failures, 2U);
    EXPECT_EQ(found->webhook_secret, put.webhook_secret);
    EXPECT_THAT(valueOf(subscriptions().all()), SizeIs(1));
    EXPECT_OK(subscriptions().remove(id));
    EXPECT_OK(subscriptions().remove(id));
    EXPECT_THAT(valueOf(subscriptions().all()), IsEmpty());
}

TEST_P(SubscriptionStoreContract, AGivenSecretIsThatOfTheInstanceUntilItIsReplacedOrRemoved) {
    const InstanceId id = made("one");
    const auto sealedOf = [&](WebhookSecretId secret) {
        return store().instances().sealedWebhookSecret(secret);
    };
    const auto verifying = [&] {
        const auto instance = valueOf(store().instances().find(id));
        const auto found =
            valueOf(store().instances().findByAccount(instance->connector_key, instance->account_id)
            );
        EXPECT_THAT(found, SizeIs(1));
        EXPECT_EQ(found.at(0).webhook_secret, instance->verifyingSecret());
        return instance->verifyingSecret();
    };
    WebhookSubscription put = registered(id);
    const WebhookSecretId own = valueOf(store().instances().find(id))->webhook_secret;
    EXPECT_EQ(verifying(), own);

    EXPECT_OK(subscriptions().putWithSecret(put, sha256("1"), "sealed one"));
    reopen();
    put = *valueOf(subscriptions().find(id));
    const WebhookSecretId one = put.given_secret;
    EXPECT_EQ(valueOf(subscriptions().all()).at(0).given_secret, one);
    EXPECT_EQ(verifying(), one);
    EXPECT_EQ(valueOf(sealedOf(one)), "sealed one");
    EXPECT_EQ(valueOf(store().instances().find(id))->webhook_secret, own);
    Instance changed = *valueOf(store().instances().find(id));
    EXPECT_OK(store().instances().reconfigure({&changed, 1}));
    EXPECT_OK(subscriptions().put(put));
    EXPECT_EQ(verifying(), one);

    EXPECT_OK(subscriptions().putWithSecret(put, sha256("1"), "sealed again"));
    EXPECT_EQ(verifying(), one);
    EXPECT_OK(subscriptions().putWithSecret(put, sha256("2"), "sealed two"));
    const WebhookSecretId two = verifying();
    EXPECT_EQ(valueOf(sealedOf(two)), "sealed two");
    EXPECT_EQ(codeOf(sealedOf(one)), ErrorCode::NotFound);
    put.given_secret = {};
    EXPECT_OK(subscriptions().put(put));
    EXPECT_EQ(verifying(), own);
    EXPECT_EQ(codeOf(sealedOf(two)), ErrorCode::NotFound);

    EXPECT_OK(subscriptions().putWithSecret(put, sha256("3"), "sealed three"));
    const WebhookSecretId three = verifying();
    EXPECT_OK(subscriptions().remove(id));
    EXPECT_EQ(verifying(), own);
    EXPECT_EQ(codeOf(sealedOf(three)), ErrorCode::NotFound);
    EXPECT_OK(subscriptions().putWithSecret(put, sha256("4"), "sealed four"));
    const WebhookSecretId four = verifying();
    removeInstance(id);
    EXPECT_EQ(codeOf(sealedOf(four)), ErrorCode::NotFound);
    EXPECT_EQ(codeOf(subscriptions().putWithSecret(put, sha256("5"), "five")), ErrorCode::NotFound);
    EXPECT_THAT(valueOf(store().instances().webhookSecrets(9)), IsEmpty());
}

TEST_P(SubscriptionStoreContract, WithoutAnEndThereIsNoTime) {
    WebhookSubscription subscription;
    subscription.instance = made("one");
    EXPECT_OK(subscriptions().put(subscription));
    const auto found = valueOf(subscriptions().find(subscription.instance));
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->expires_at);
    EXPECT_FALSE(found->due_at);
}

TEST_P(SubscriptionStoreContract, NothingIsKeptForNobody) {
    WebhookSubscription subscription;
    subscription.instance = InstanceId(99);
    EXPECT_EQ(codeOf(subscriptions().put(subscription)), ErrorCode::NotFound);
    EXPECT_THAT(valueOf(subscriptions().all()), IsEmpty());
}

TEST_P(SubscriptionStoreContract, ARemovedInstanceLeavesWhatIsNeededToRemoveItsWebhook) {
    const InstanceId id = made("one");
    EXPECT_OK(store().tokens().put(id, {"sealed tokens", at(50)}));
    registered(id);
    removeInstance(id);
    reopen();

    EXPECT_THAT(valueOf(subscriptions().all()), IsEmpty());
    const auto ended = valueOf(subscriptions().ended(10));
    ASSERT_THAT(ended, SizeIs(1));
    const EndedWebhookSubscription& one = ended.front();
    EXPECT_EQ(one.subscription.instance, id);
    EXPECT_EQ(one.subscription.sealed_state, std::string("sealed\0state", 12));
    EXPECT_EQ(one.subscription.expires_at, at(900));
    EXPECT_EQ(one.subscription.failures, 0U) << "those were of something else";
    EXPECT_EQ(one.instance.id, id);
    EXPECT_EQ(one.instance.name, "one");
    EXPECT_EQ(one.instance.connector_key, anInstance("one").connector_key);
    EXPECT_EQ(one.instance.account_id, "account");
    EXPECT_EQ(one.instance.account_state, "state of the account");
    EXPECT_EQ(one.instance.sealed_configuration, "sealed configuration");
    EXPECT_EQ(one.sealed_tokens, "sealed tokens");
    EXPECT_EQ(one.tokens_expire_at, at(50));
}

TEST_P(SubscriptionStoreContract, WhatWasNeverRegisteredLeavesNothing) {
    const InstanceId one = made("one");
    const InstanceId two = made("two");
    WebhookSubscription failed;
    failed.instance = one;
    failed.failures = 3;
    EXPECT_OK(subscriptions().put(failed));
    removeInstance(one);
    removeInstance(two);
    EXPECT_THAT(valueOf(subscriptions().ended(10)), IsEmpty());
    EXPECT_THAT(valueOf(subscriptions().all()), IsEmpty());
}

TEST_P(SubscriptionStoreContract, EndedOnesComeByTheirTimeUntilTheyAreRemoved) {
    const InstanceId one = made("one");
    const InstanceId two = made("two");
    for (const InstanceId id : {one, two}) {
        registered(id);
        removeInstance(id);
    }
    EXPECT_OK(subscriptions().retryEnded(one, 4, at(500)));
    EXPECT_OK(subscriptions().retryEnded(InstanceId(99), 1, at(1)));
    auto ended = valueOf(subscriptions().ended(10));
    ASSERT_THAT(ended, SizeIs(2));
    EXPECT_EQ(ended[0].subscription.instance, two);
    EXPECT_EQ(ended[1].subscription.due_at, at(500));
    EXPECT_EQ(ended[1].subscription.failures, 4U);
    EXPECT_TRUE(ended[0].sealed_tokens.empty());
    EXPECT_THAT(valueOf(subscriptions().ended(1)), SizeIs(1));
    EXPECT_OK(subscriptions().removeEnded(two));
    EXPECT_OK(subscriptions().removeEnded(one));
    EXPECT_THAT(valueOf(subscriptions().ended(10)), IsEmpty());
}

}  // namespace
}  // namespace ferry::test
