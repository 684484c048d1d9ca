#pragma once
// The webhooks of a provider, registered by its plugin: its part of PluginProvider.

#include "base/clock.h"
#include "pipeline/subscriptions.h"
#include "plugin/plugin_instance.h"
#include "plugin/plugin_provider.h"

#include <memory>

namespace ferry::plugin {

/// Does the plugin register webhooks?
bool registersWebhooks(const PluginInstance& instance) noexcept;

/// Threads: any.
class PluginSubscriptions final : public pipeline::Subscriptions {
  public:
    /// `clock` outlives it.
    PluginSubscriptions(
        std::shared_ptr<const ProviderDescription> description,
        std::shared_ptr<PluginInstance> instance,
        const Clock& clock
    )
        : description_(std::move(description)), instance_(std::move(instance)), clock_(clock) {}

    Result<pipeline::OperationPtr> startSubscribe(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::SubscriptionRequest& request
    ) override;
    Result<pipeline::OperationPtr> startUnsubscribe(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::SubscriptionRequest& request
    ) override;

  private:
    const std::shared_ptr<const ProviderDescription> description_;
    const std::shared_ptr<PluginInstance> instance_;
    const Clock& clock_;
};

}  // namespace ferry::plugin
