#include "isolation/remote_provider.h"

#include "plugin/egress_hosts.h"

#include <functional>
#include <tuple>
#include <utility>
#include <variant>

namespace ferry::isolation {

using pipeline::OperationPtr;
using pipeline::OperationStep;
using pipeline::ProviderAccount;

namespace {

/// Generation of the process, and the operation's number there.
using Place = std::pair<std::uint64_t, std::uint64_t>;

/// An operation in the plugin's process. It begins there with its first step, and ends with that
/// process.
class RemoteOperation final : public pipeline::ProviderOperation {
  public:
    using Begin = std::function<Result<Place>()>;

    RemoteOperation(
        std::shared_ptr<IsolatedPlugin> plugin,
        std::shared_ptr<Connector> connector,
        OperationKind kind,
        Begin begin
    )
        : plugin_(std::move(plugin)),
          connector_(std::move(connector)),
          kind_(kind),
          begin_(std::move(begin)) {}
    ~RemoteOperation() override {
        if (!begin_) plugin_->drop(generation_, number_);
    }

    SerialExecutor* executor() override { return &plugin_->executor(); }

    Result<OperationStep> advance(const http::OutboundResponse* response) override {
        if (begin_) {
            FERRY_TRY_ASSIGN(std::tie(generation_, number_), begin_());
            begin_ = nullptr;
        }
        FERRY_TRY_ASSIGN(
            OperationStep step,
            plugin_->advance<OperationStep>(generation_, *connector_, number_, response)
        );
        if (const auto* request = std::get_if<http::OutboundRequest>(&step)) {
            if (request->stream && kind_ != OperationKind::Download)
                return fail(plugin_->misbehaved(generation_, "streams an answer out of place"));
            // Also checked over there, but by what may have been taken over.
            const plugin::ProviderDescription& description = connector_->description;
            FERRY_TRY(
                plugin::checkEgress(request->url, description.egress, description.options.base_urls)
            );
        } else if (!isResultOf(std::get<pipeline::OperationResult>(step))) {
            return fail(plugin_->misbehaved(generation_, "ended an operation without its result"));
        }
        return step;
    }

  private:
    bool isResultOf(const pipeline::OperationResult& result) const {
        switch (kind_) {
            case OperationKind::Exchange:
            case OperationKind::Refresh:
                return result.tokens && !result.tokens->access_token.empty();
            case OperationKind::Revoke:
            case OperationKind::Unsubscribe:
                return true;
            case OperationKind::Verify:
                return result.identity.has_value();
            case OperationKind::Fetch:
                return result.page.has_value();
            case OperationKind::Metadata:
            case OperationKind::Download:
                return result.document.has_value();
            case OperationKind::List:
            case OperationKind::Search:
            case OperationKind::Revisions:
                return result.documents.has_value();
            case OperationKind::Storage:
                return result.storage.has_value();
            case OperationKind::Link:
                return result.link.has_value();
            case OperationKind::Subscribe:
                return result.registration.has_value();
        }
        return false;
    }

    const std::shared_ptr<IsolatedPlugin> plugin_;
    const std::shared_ptr<Connector> connector_;
    const OperationKind kind_;
    Begin begin_;  // until it has begun
    std::uint64_t generation_ = 0;
    std::uint64_t number_ = 0;
};

}  // namespace

RemoteProvider::RemoteProvider(
    std::shared_ptr<IsolatedPlugin> plugin, std::shared_ptr<Connector> connector
)
    : plugin_(std::move(plugin)),
      connector_(std::move(connector)),
      description_(connector_->description) {}

Status RemoteProvider::checkEgress(const std::string& url) const {
    return plugin::checkEgress(url, description_.egress, description_.options.base_urls);
}

template <typename... Args>
Result<OperationPtr> RemoteProvider::start(OperationKind kind, const Args&... args) {
    // Copies: what is given is borrowed for this call.
    auto begin = [plugin = plugin_, connector = connector_, kind, args...] {
        return plugin->start(*connector, kind, args...);
    };
    return std::make_unique<RemoteOperation>(plugin_, connector_, kind, std::move(begin));
}

Result<std::optional<http::Response>> RemoteProvider::answerChallenge(
    const http::Request& request, const Secret* secret
) {
    return plugin_->call<std::optional<http::Response>>(
        *connector_, Call::AnswerChallenge, request, secret
    );
}

Status RemoteProvider::verifySignature(const http::Request& request, const Secret& secret) {
    return plugin_->call<void>(*connector_, Call::VerifySignature, request, secret);
}

Result<pipeline::Notification> RemoteProvider::parseNotification(const http::Request& request) {
    return plugin_->call<pipeline::Notification>(*connector_, Call::ParseNotification, request);
}

Result<std::string> RemoteProvider::authorizeUrl(
    const ProviderAccount& account, const pipeline::AuthorizeUrlRequest& request
) {
    return plugin_->call<std::string>(*connector_, Call::AuthorizeUrl, account, request);
}

Result<std::vector<NormalizedChange>> RemoteProvider::normalize(
    const ProviderAccount& account,
    std::vector<std::string> changes,
    const std::vector<std::string>& hints
) {
    FERRY_TRY_ASSIGN(
        auto normalized,
        plugin_->call<std::vector<NormalizedChange>>(
            *connector_, Call::Normalize, account, BytesList(changes), BytesList(hints)
        )
    );
    std::size_t next = 0;
    for (NormalizedChange& change : normalized) {
        // Only a result that has its change can have further ones.
        if (change.is_further && next > 0) continue;
        if (change.is_further) next = changes.size();
        if (next < changes.size()) change.raw = std::move(changes[next]);
        ++next;
    }
    if (next != changes.size())
        return fail(
            ErrorCode::Internal, "the plugin gave results of other changes than it was given"
        );
    return normalized;
}

Result<OperationPtr> RemoteProvider::startExchange(
    const ProviderAccount& account, const pipeline::CodeExchangeRequest& request
) {
    return start(OperationKind::Exchange, account, request);
}

Result<OperationPtr> RemoteProvider::startRefresh(
    const ProviderAccount& account, const TokenSet& tokens
) {
    return start(OperationKind::Refresh, account, tokens);
}

Result<OperationPtr> RemoteProvider::startRevoke(
    const ProviderAccount& account, const TokenSet& tokens
) {
    return start(OperationKind::Revoke, account, tokens);
}

Result<OperationPtr> RemoteProvider::startVerify(
    const ProviderAccount& account, const TokenSet& tokens
) {
    return start(OperationKind::Verify, account, tokens);
}

Result<OperationPtr> RemoteProvider::startFetch(
    const ProviderAccount& account, const TokenSet& tokens, const pipeline::FetchRequest& request
) {
    return start(OperationKind::Fetch, account, tokens, request);
}

Result<OperationPtr> RemoteProvider::startMetadata(
    const ProviderAccount& account, const TokenSet& tokens, const pipeline::DocumentRef& ref
) {
    return start(OperationKind::Metadata, account, tokens, ref);
}

Result<OperationPtr> RemoteProvider::startList(
    const ProviderAccount& account,
    const TokenSet& tokens,
    const pipeline::DocumentListRequest& request
) {
    return start(OperationKind::List, account, tokens, request);
}

Result<OperationPtr> RemoteProvider::startSearch(
    const ProviderAccount& account,
    const TokenSet& tokens,
    const pipeline::DocumentSearchRequest& request
) {
    return start(OperationKind::Search, account, tokens, request);
}

Result<OperationPtr> RemoteProvider::startDownload(
    const ProviderAccount& account,
    const TokenSet& tokens,
    const pipeline::DocumentDownloadRequest& request
) {
    return start(OperationKind::Download, account, tokens, request);
}

Result<OperationPtr> RemoteProvider::startRevisions(
    const ProviderAccount& account,
    const TokenSet& tokens,
    const pipeline::DocumentRevisionsRequest& request
) {
    return start(OperationKind::Revisions, account, tokens, request);
}

Result<OperationPtr> RemoteProvider::startStorage(
    const ProviderAccount& account, const TokenSet& tokens
) {
    return start(OperationKind::Storage, account, tokens);
}

Result<OperationPtr> RemoteProvider::startLink(
    const ProviderAccount& account, const TokenSet& tokens, const pipeline::DocumentRef& file
) {
    return start(OperationKind::Link, account, tokens, file);
}

Result<OperationPtr> RemoteProvider::startSubscribe(
    const ProviderAccount& account,
    const TokenSet& tokens,
    const pipeline::SubscriptionRequest& request
) {
    return start(OperationKind::Subscribe, account, tokens, request);
}

Result<OperationPtr> RemoteProvider::startUnsubscribe(
    const ProviderAccount& account,
    const TokenSet& tokens,
    const pipeline::SubscriptionRequest& request
) {
    return start(OperationKind::Unsubscribe, account, tokens, request);
}

}  // namespace ferry::isolation
