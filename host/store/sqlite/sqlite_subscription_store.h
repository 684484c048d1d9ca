#pragma once
// SubscriptionStore on SQLite.

#include "store/sqlite/core.h"
#include "store/subscription_store.h"

namespace ferry::store::sqlite {

class SqliteSubscriptionStore final : public SubscriptionStore {
  public:
    explicit SqliteSubscriptionStore(Core& core) : core_(core) {}

    Result<std::optional<WebhookSubscription>> find(InstanceId instance) override;
    Result<std::vector<WebhookSubscription>> all() override;
    Status put(const WebhookSubscription& subscription) override;
    Status putWithSecret(
        const WebhookSubscription& subscription,
        const Digest256& fingerprint,
        std::string_view sealed
    ) override;
    Status remove(InstanceId instance) override;
    Result<std::vector<EndedWebhookSubscription>> ended(std::size_t limit) override;
    Status retryEnded(InstanceId instance, unsigned failures, TimePoint due_at) override;
    Status removeEnded(InstanceId instance) override;

  private:
    Core& core_;
};

/// Of an instance that is about to be removed: its webhook has to be removed, too.
Status endSubscription(Connection& connection, InstanceId instance);

}  // namespace ferry::store::sqlite
