#include "plugin/plugin_provider.h"

#include "plugin/plugin_documents.h"
#include "plugin/plugin_operation.h"
#include "plugin/plugin_subscriptions.h"

#include <sstream>
#include <string>
#include <unordered_set>
#include <utility>

namespace ferry::plugin {

using pipeline::OperationPtr;
using pipeline::ProviderAccount;

namespace {

ProviderDescription withHooksOf(const PluginInstance& instance, ProviderDescription description) {
    if (!hasFetch(instance)) description.options.feed = pipeline::Feed::Brought;
    return description;
}

/// Accounts and changes of a webhook. The changes are left out if they are fetched anyway.
pipeline::Notification toNotification(std::vector<Notice> notices, bool are_fetched) {
    pipeline::Notification notification;
    notification.accounts.reserve(notices.size());
    std::unordered_set<std::string> seen;
    for (Notice& notice : notices) {
        // One account is the rule, and needs no set.
        const bool is_new = !notice.account_key.empty() &&
                            (notices.size() == 1 || seen.insert(notice.account_key).second);
        if (is_new) notification.accounts.push_back(notice.account_key);
        if (are_fetched || notice.change.empty()) continue;
        notification.changes.push_back(
            {std::move(notice.account_key),
             std::move(notice.change_id),
             std::move(notice.hint),
             std::move(notice.change)}
        );
    }
    return notification;
}

}  // namespace

PluginProvider::PluginProvider(
    ProviderDescription description, std::shared_ptr<PluginInstance> instance, const Clock& clock
)
    : description_(std::make_shared<const ProviderDescription>(
          withHooksOf(*instance, std::move(description))
      )),
      clock_(clock),
      auth_(instance),
      webhook_(instance),
      changes_(instance),
      normalize_(instance),
      documents_(std::make_unique<PluginDocuments>(description_, instance, clock)) {
    if (description_->registers_webhooks && registersWebhooks(*instance))
        subscriptions_ =
            std::make_unique<PluginSubscriptions>(description_, std::move(instance), clock);
}

PluginProvider::~PluginProvider() = default;

pipeline::Documents* PluginProvider::documents() {
    return documents_.get();
}

pipeline::Subscriptions* PluginProvider::subscriptions() {
    return subscriptions_.get();
}

Status PluginProvider::checkEgress(const std::string& url) const {
    return plugin::checkEgress(url, description_->egress, description_->options.base_urls);
}

CallInfo PluginProvider::call(std::string account) const {
    CallInfo info;
    info.now = clock_.wallNow();
    info.account = std::move(account);
    return info;
}

Result<std::optional<http::Response>> PluginProvider::answerChallenge(
    const http::Request& request, const Secret* secret
) {
    Fields secrets;
    if (secret != nullptr) secrets.push_back({"webhook.secret", std::string(secret->reveal())});
    auto reply = webhook_.verifyChallenge(call(), WebhookInput(request).view(), secrets);
    if (!reply) {
        // A provider without challenges has no hook for them: then no request is one.
        if (reply.error().code == ErrorCode::Unsupported) return std::optional<http::Response>();
        // What a stranger sent is not understood: no fault of ours.
        if (reply.error().code == ErrorCode::Corrupt)
            reply.error().code = ErrorCode::InvalidArgument;
        return fail(std::move(reply.error()));
    }
    if (!*reply) return std::optional<http::Response>();
    return std::optional<http::Response>(toHttp(std::move(**reply)));
}

Status PluginProvider::verifySignature(const http::Request& request, const Secret& secret) {
    const Fields secrets{{"webhook.secret", secret.reveal()}};
    Status verified = webhook_.verifySignature(call(), WebhookInput(request).view(), secrets);
    if (!verified && verified.error().code == ErrorCode::PermissionDenied) {
        verified.error().code = ErrorCode::Unauthenticated;
    }
    return verified;
}

Result<pipeline::Notification> PluginProvider::parseNotification(const http::Request& request) {
    auto parsed = webhook_.parseNotification(call(), WebhookInput(request).view());
    if (!parsed) {
        // What is not understood is the request of a stranger, not something of ours: it is
        // refused, and not asked for again.
        Error& error = parsed.error();
        if (error.code == ErrorCode::Corrupt) error.code = ErrorCode::InvalidArgument;
        return fail(std::move(error));
    }
    return toNotification(std::move(*parsed), options().feed == pipeline::Feed::Fetched);
}

Result<std::string> PluginProvider::authorizeUrl(
    const ProviderAccount& account, const pipeline::AuthorizeUrlRequest& request
) {
    AuthorizeRequest wanted;
    wanted.redirect_uri = request.redirect_uri;
    wanted.state = request.state;
    wanted.code_challenge = request.code_challenge;
    std::istringstream scopes(request.scope.empty() ? options().default_scope : request.scope);
    for (std::string scope; scopes >> scope;)
        wanted.scopes.push_back(scope);
    return auth_.authorizeUrl(call(account.account_id), toPlugin(account), wanted);
}

Result<OperationPtr> PluginProvider::startExchange(
    const ProviderAccount& account, const pipeline::CodeExchangeRequest& request
) {
    const CodeExchange exchange{
        Secret(request.code), request.redirect_uri, Secret(request.code_verifier)};
    return wrap(
        auth_.exchangeCode(call(account.account_id), toPlugin(account), exchange),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginProvider::startRefresh(
    const ProviderAccount& account, const ferry::TokenSet& tokens
) {
    return wrap(
        auth_.refresh(call(account.account_id), toPlugin(account), toPlugin(tokens)),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginProvider::startRevoke(
    const ProviderAccount& account, const ferry::TokenSet& tokens
) {
    return wrap(
        auth_.revoke(call(account.account_id), toPlugin(account), toPlugin(tokens)),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginProvider::startVerify(
    const ProviderAccount& account, const ferry::TokenSet& tokens
) {
    return wrap(
        auth_.verify(call(account.account_id), toPlugin(account), toPlugin(tokens)),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginProvider::startFetch(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::FetchRequest& request
) {
    FetchRequest wanted;
    wanted.cursor = request.cursor;
    wanted.limit = request.limit;
    switch (request.phase) {
        case SyncPhase::Baseline:
            wanted.mode = FetchMode::Baseline;
            break;
        case SyncPhase::Live:
            wanted.mode = FetchMode::Continue;
            break;
        case SyncPhase::Resync:
        case SyncPhase::Skip:
        case SyncPhase::Compare:
            wanted.mode = FetchMode::Resync;
            break;
    }
    return wrap(
        changes_.fetch(call(account.account_id), toPlugin(account), toPlugin(tokens), wanted),
        description_,
        clock_,
        account.account_id
    );
}

Result<std::vector<NormalizedChange>> PluginProvider::normalize(
    const ProviderAccount& account,
    std::vector<std::string> changes,
    const std::vector<std::string>& hints
) {
    FERRY_TRY_ASSIGN(
        auto items,
        normalize_.normalize(call(account.account_id), toPlugin(account), changes, hints)
    );
    return toChanges(std::move(items), std::move(changes));
}

}  // namespace ferry::plugin
