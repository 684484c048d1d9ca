#pragma once
// How webhooks are registered at a provider, as its plugin implements it (ferry.subscription/1).
// Beside stages.h: the flow of events does not need it.

#include "base/result.h"
#include "base/secret.h"
#include "pipeline/stages.h"

#include <string>

namespace ferry::pipeline {

struct SubscriptionRequest {
    std::string callback_url;  ///< where the provider is to send its webhooks
    Secret secret;             ///< the instance's own, that they are verified with; may be empty
    std::string nonce;         ///< random text, new for each request: a name for the registration
    std::string state;         ///< of the registration that is there; empty: none
};

/// Threads and lifetime as for Provider.
class Subscriptions {
  public:
    virtual ~Subscriptions() = default;

    /// Registers the webhook, or renews it if `state` says that there is one. Ends with
    /// OperationResult::registration.
    virtual Result<OperationPtr> startSubscribe(
        const ProviderAccount& account, const TokenSet& tokens, const SubscriptionRequest& request
    ) = 0;
    /// Removes it; one that is gone already is no error.
    virtual Result<OperationPtr> startUnsubscribe(
        const ProviderAccount& account, const TokenSet& tokens, const SubscriptionRequest& request
    ) = 0;
};

}  // namespace ferry::pipeline
