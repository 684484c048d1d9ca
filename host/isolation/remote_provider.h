#pragma once
// A provider whose plugin runs in a process of its own: each call goes there and back. Requests to
// the provider are made by the hub as ever; where they may go, it checks itself.

#include "isolation/isolated_plugin.h"
#include "pipeline/documents.h"
#include "pipeline/stages.h"
#include "pipeline/subscriptions.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::isolation {

/// Threads: any.
class RemoteProvider final : public pipeline::Provider,
                             public pipeline::Documents,
                             public pipeline::Subscriptions {
  public:
    RemoteProvider(std::shared_ptr<IsolatedPlugin> plugin, std::shared_ptr<Connector> connector);

    std::string_view key() const override { return description_.key; }
    std::string_view hub() const override { return description_.hub; }
    const pipeline::ProviderOptions& options() const override { return description_.options; }
    pipeline::Documents* documents() override { return this; }
    pipeline::Subscriptions* subscriptions() override {
        return description_.registers_webhooks ? this : nullptr;
    }
    Status checkEgress(const std::string& url) const override;
    SerialExecutor* executor() override { return &plugin_->executor(); }
    Milliseconds silentFor() const override { return plugin_->executor().silentFor(); }
    bool takesWebhooksApart() const override { return true; }

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
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startRevoke(
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startVerify(
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startFetch(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::FetchRequest& request
    ) override;
    Result<std::vector<NormalizedChange>> normalize(
        const pipeline::ProviderAccount& account,
        std::vector<std::string> changes,
        const std::vector<std::string>& hints
    ) override;

    Result<pipeline::OperationPtr> startMetadata(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::DocumentRef& ref
    ) override;
    Result<pipeline::OperationPtr> startList(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::DocumentListRequest& request
    ) override;
    Result<pipeline::OperationPtr> startSearch(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::DocumentSearchRequest& request
    ) override;
    Result<pipeline::OperationPtr> startDownload(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::DocumentDownloadRequest& request
    ) override;
    Result<pipeline::OperationPtr> startRevisions(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::DocumentRevisionsRequest& request
    ) override;
    Result<pipeline::OperationPtr> startStorage(
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startLink(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::DocumentRef& file
    ) override;

    Result<pipeline::OperationPtr> startSubscribe(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::SubscriptionRequest& request
    ) override;
    Result<pipeline::OperationPtr> startUnsubscribe(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::SubscriptionRequest& request
    ) override;

  private:
    /// The process hears of it with its first step: whoever starts one does not wait.
    template <typename... Args>
    Result<pipeline::OperationPtr> start(OperationKind kind, const Args&... args);

    const std::shared_ptr<IsolatedPlugin> plugin_;
    const std::shared_ptr<Connector> connector_;
    const plugin::ProviderDescription description_;
};

}  // namespace ferry::isolation
