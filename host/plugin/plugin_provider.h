#pragma once
// A provider as the flow sees it, implemented by a plugin: the one place where the pipeline's seams
// meet the views of the ABI.

#include "base/clock.h"
#include "pipeline/stages.h"
#include "plugin/auth_view.h"
#include "plugin/changes_view.h"
#include "plugin/normalize_view.h"
#include "plugin/plugin_instance.h"
#include "plugin/webhook_view.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::plugin {

/// What the manifest says about the provider.
struct ProviderDescription {
    std::string key;
    std::string hub;
    pipeline::ProviderOptions options;
    /// The connector has its webhooks registered, if its plugin knows how.
    bool registers_webhooks = true;
    /// Hosts that requests may reach: exact names, or "*.example.com". Hosts of base URLs are
    /// reachable as well.
    std::vector<std::string> egress;
};

class PluginDocuments;
class PluginSubscriptions;

/// Threads: any.
class PluginProvider final : public pipeline::Provider {
  public:
    /// `clock` outlives it.
    PluginProvider(
        ProviderDescription description,
        std::shared_ptr<PluginInstance> instance,
        const Clock& clock
    );

    ~PluginProvider() override;

    std::string_view key() const override { return description_->key; }
    std::string_view hub() const override { return description_->hub; }
    const pipeline::ProviderOptions& options() const override { return description_->options; }

    Result<std::optional<http::Response>> answerChallenge(
        const http::Request& request, const Secret* secret
    ) override;
    Status verifySignature(const http::Request& request, const Secret& secret) override;
    Result<pipeline::Notification> parseNotification(const http::Request& request) override;

    Result<std::string> authorizeUrl(
        const pipeline::ProviderAccount& account, const pipeline::AuthorizeUrlRequest& request
    ) override;
    Result<pipeline::OperationPtr> startExchange(
        const pipeline::ProviderAccount& account, const pipeline::CodeExchangeRequest& request
    ) override;
    Result<pipeline::OperationPtr> startRefresh(
        const pipeline::ProviderAccount& account, const ferry::TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startRevoke(
        const pipeline::ProviderAccount& account, const ferry::TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startVerify(
        const pipeline::ProviderAccount& account, const ferry::TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startFetch(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::FetchRequest& request
    ) override;
    Result<std::vector<NormalizedChange>> normalize(
        const pipeline::ProviderAccount& account,
        std::vector<std::string> changes,
        const std::vector<std::string>& hints
    ) override;

    pipeline::Documents* documents() override;
    pipeline::Subscriptions* subscriptions() override;
    Status checkEgress(const std::string& url) const override;

  private:
    CallInfo call(std::string account = {}) const;

    std::shared_ptr<const ProviderDescription> description_;  // operations hold it, too
    const Clock& clock_;
    AuthView auth_;
    WebhookView webhook_;
    ChangesView changes_;
    NormalizeView normalize_;
    std::unique_ptr<PluginDocuments> documents_;
    std::unique_ptr<PluginSubscriptions> subscriptions_;  // null: people register its webhooks
};

}  // namespace ferry::plugin
