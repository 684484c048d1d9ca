#pragma once
// A provider whose records are mapped in a process that may die of one of them: that of another
// plugin, or its own.

#include "isolation/isolated_plugin.h"
#include "pipeline/stages.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ferry::isolation {

/// Records are mapped one by one, each with the time of a call, or (Pages::Whole) page by page,
/// until a page has ended the process `kDeathsMax` times. A record that ends the process fails its
/// page with Unavailable, as an outage does, and is tried again; after `kDeathsMax` of these it is
/// rejected alone, but only if the program has mapped others: else it is the program that is at
/// fault, and its records wait until somebody has mended it. Threads: any.
class MappedProvider final : public pipeline::Provider {
  public:
    static constexpr unsigned kDeathsMax = 3;

    enum class Pages : std::uint8_t { Records, Whole };

    /// `mapper` is served by `process`.
    MappedProvider(
        std::shared_ptr<pipeline::Provider> provider,
        std::shared_ptr<pipeline::Provider> mapper,
        std::shared_ptr<IsolatedPlugin> process,
        Pages pages = Pages::Records
    );

    std::string_view key() const override { return provider_->key(); }
    std::string_view hub() const override { return provider_->hub(); }
    const pipeline::ProviderOptions& options() const override { return provider_->options(); }
    Result<std::optional<http::Response>> answerChallenge(
        const http::Request& request, const Secret* secret
    ) override {
        return provider_->answerChallenge(request, secret);
    }
    Status verifySignature(const http::Request& request, const Secret& secret) override {
        return provider_->verifySignature(request, secret);
    }
    Result<pipeline::Notification> parseNotification(const http::Request& request) override {
        return provider_->parseNotification(request);
    }
    Result<std::string> authorizeUrl(
        const pipeline::ProviderAccount& account, const pipeline::AuthorizeUrlRequest& request
    ) override {
        return provider_->authorizeUrl(account, request);
    }
    Result<pipeline::OperationPtr> startExchange(
        const pipeline::ProviderAccount& account, const pipeline::CodeExchangeRequest& request
    ) override {
        return provider_->startExchange(account, request);
    }
    Result<pipeline::OperationPtr> startRefresh(
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override {
        return provider_->startRefresh(account, tokens);
    }
    Result<pipeline::OperationPtr> startRevoke(
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override {
        return provider_->startRevoke(account, tokens);
    }
    Result<pipeline::OperationPtr> startVerify(
        const pipeline::ProviderAccount& account, const TokenSet& tokens
    ) override {
        return provider_->startVerify(account, tokens);
    }
    Result<pipeline::OperationPtr> startFetch(
        const pipeline::ProviderAccount& account,
        const TokenSet& tokens,
        const pipeline::FetchRequest& request
    ) override {
        return provider_->startFetch(account, tokens, request);
    }
    Result<std::vector<NormalizedChange>> normalize(
        const pipeline::ProviderAccount& account,
        std::vector<std::string> changes,
        const std::vector<std::string>& hints
    ) override;
    pipeline::Documents* documents() override { return provider_->documents(); }
    pipeline::Subscriptions* subscriptions() override { return provider_->subscriptions(); }
    Status checkEgress(const std::string& url) const override {
        return provider_->checkEgress(url);
    }
    SerialExecutor* executor() override { return &process_->executor(); }
    Milliseconds silentFor() const override {
        return std::max(process_->executor().silentFor(), provider_->silentFor());
    }
    bool takesWebhooksApart() const override { return provider_->takesWebhooksApart(); }

  private:
    struct Deaths {
        unsigned count = 0;
        std::string message;  ///< of the last
    };

    /// nullopt: record by record.
    std::optional<Result<std::vector<NormalizedChange>>> mapWhole(
        const pipeline::ProviderAccount& account,
        const std::vector<std::string>& changes,
        const std::vector<std::string>& hints
    );
    Result<std::vector<NormalizedChange>> mapOne(
        const pipeline::ProviderAccount& account,
        const std::string& change,
        const std::vector<std::string>& hints,
        std::size_t index
    );
    /// Of a record that is given up: why. It is not tried again, or each try of its page would end
    /// the process once more, and the records behind it would never have their turn.
    std::optional<RejectChange> rejectionOf(const std::string& record);
    bool hasMapped();

    const std::shared_ptr<pipeline::Provider> provider_;
    const std::shared_ptr<pipeline::Provider> mapper_;
    const std::shared_ptr<IsolatedPlugin> process_;
    const Pages pages_;
    std::mutex mutex_;  // of what follows
    bool has_mapped_ = false;
    std::map<std::string, Deaths> deaths_;         // by the digest of the record
    std::map<std::string, unsigned> page_deaths_;  // by that of the page
};

/// `provider` as `plugin` serves it; where that has a process of its own, records that end it are
/// given up.
std::shared_ptr<pipeline::Provider> guardRecords(
    const std::shared_ptr<plugin::LoadedPlugin>& plugin,
    std::shared_ptr<pipeline::Provider> provider
);

}  // namespace ferry::isolation
