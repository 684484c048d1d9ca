#pragma once
// Webhooks that are registered at providers, and those of removed instances that have to go.

#include "base/crypto.h"
#include "base/result.h"
#include "model/webhook_subscription.h"

#include <optional>
#include <string_view>
#include <vector>

namespace ferry::store {

class SubscriptionStore {
  public:
    virtual ~SubscriptionStore() = default;

    /// nullopt: nothing was ever registered for the instance.
    virtual Result<std::optional<WebhookSubscription>> find(InstanceId instance) = 0;
    /// All of them, in the order of their instances. Those of removed instances are not among them.
    virtual Result<std::vector<WebhookSubscription>> all() = 0;
    /// A secret that was given before goes unless `subscription` has it still.
    /// NotFound if the instance is gone: then nothing is written.
    virtual Status put(const WebhookSubscription& subscription) = 0;
    /// The same in one transaction with a secret that the provider gave: it takes the place of
    /// `given_secret`, and webhooks of the instance are verified with it from then on.
    virtual Status putWithSecret(
        const WebhookSubscription& subscription,
        const Digest256& fingerprint,
        std::string_view sealed
    ) = 0;
    /// With the secret that was given.
    virtual Status remove(InstanceId instance) = 0;

    /// At most `limit` of removed instances, those that are due first. InstanceStore::remove makes
    /// them of subscriptions that have a state.
    virtual Result<std::vector<EndedWebhookSubscription>> ended(std::size_t limit) = 0;
    /// Puts one off; unknown ones are skipped.
    virtual Status retryEnded(InstanceId instance, unsigned failures, TimePoint due_at) = 0;
    virtual Status removeEnded(InstanceId instance) = 0;
};

}  // namespace ferry::store
