#pragma once
// The webhook hooks of a plugin, as the host calls them. What they see may come from anybody.

#include "plugin/plugin_instance.h"

#include <memory>
#include <optional>
#include <vector>

namespace ferry::plugin {

/// Cheap to copy. Every function answers Unsupported if the plugin lacks the hook. Threads: any.
class WebhookView {
  public:
    explicit WebhookView(std::shared_ptr<PluginInstance> instance)
        : instance_(std::move(instance)) {}

    /// The reply to the provider's question whether this address is ours; nullopt: not a question.
    Result<std::optional<WebhookReply>> verifyChallenge(
        const CallInfo& call, const WebhookRequest& request, const Fields& secrets
    ) const;
    /// OK only if the plugin clearly said so. PermissionDenied: the signature is wrong.
    Status verifySignature(
        const CallInfo& call, const WebhookRequest& request, const Fields& secrets
    ) const;
    /// Which accounts the webhook names.
    Result<std::vector<Notice>> parseNotification(
        const CallInfo& call, const WebhookRequest& request
    ) const;

  private:
    std::shared_ptr<PluginInstance> instance_;
};

}  // namespace ferry::plugin
