#pragma once
// From the account ids of a notification to the instances they belong to, and to the webhook
// secrets that may have signed it. The second step of the intake, after webhook_receiver has
// parsed.

#include "base/crypto.h"
#include "base/result.h"
#include "base/secret.h"
#include "model/ids.h"
#include "store/instance_store.h"

#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::pipeline {

/// Opened webhook secrets kept in memory at most. There is one for each provider app, or for each
/// instance where URLs or secrets are of instances; beyond this many they are opened again from the
/// store.
inline constexpr std::size_t kWebhookSecretsCachedMax = 4096;

/// What InstanceStore::internWebhookSecret, or SubscriptionStore::putWithSecret, is to be given.
struct SealedWebhookSecret {
    Digest256 fingerprint{};
    std::string sealed;
};
SealedWebhookSecret sealWebhookSecret(const Secret& secret, const SealingKey& key, Random& random);
/// The same of one that a provider gave with the registration of this instance's webhook. Its
/// fingerprint is of the instance alone, so that it can go when the registration goes.
SealedWebhookSecret sealGivenSecret(
    InstanceId instance, const Secret& secret, const SealingKey& key, Random& random
);

/// The instance that the last part of `/events/{key}/{base64 instance id}` names: the decimal id in
/// base64 of either alphabet, padded or not. nullopt for anything else (answer 404).
std::optional<InstanceId> parseInstancePart(std::string_view part);

struct LookupResult {
    std::vector<store::AccountMatch> matches;  ///< each instance once
    std::vector<std::string> accounts;         ///< of the matches, one each
    std::size_t unknown_accounts = 0;          ///< accounts that no running instance has
};

/// Threads: all functions from any thread. Lifetime: store and key outlive it.
/// Errors of all functions: those of the store.
class InstanceLookup {
  public:
    InstanceLookup(store::InstanceStore& instances, const SealingKey& key)
        : instances_(instances), key_(key) {}

    /// Running instances of the connector that belong to any of the accounts.
    Result<LookupResult> byAccounts(
        std::string_view connector_key, std::span<const std::string> accounts
    );

    /// The one instance that an instance's own URL names, if the accounts are its own. Providers
    /// with such URLs may name no account at all: then it is the instance.
    /// Errors: NotFound if the connector has no such instance.
    Result<LookupResult> byInstance(
        std::string_view connector_key, InstanceId instance, std::span<const std::string> accounts
    );

    /// True if event.vendor.type of the instance says that it polls, so that it has no webhooks.
    /// False where nobody can tell.
    bool polls(InstanceId instance);

    /// Ids of the secrets that webhooks may be signed with, of whatever connector, at most `limit`.
    Result<std::vector<WebhookSecretId>> webhookSecrets(std::size_t limit) {
        return instances_.webhookSecrets(limit);
    }

    /// The opened secret. Corrupt if it does not open with this key.
    Result<std::shared_ptr<const Secret>> webhookSecret(WebhookSecretId id);

  private:
    store::InstanceStore& instances_;
    const SealingKey& key_;
    std::shared_mutex mutex_;
    // An id means the same secret for ever (the store interns them), so nothing here gets stale.
    std::unordered_map<WebhookSecretId, std::shared_ptr<const Secret>> secrets_;
};

}  // namespace ferry::pipeline
