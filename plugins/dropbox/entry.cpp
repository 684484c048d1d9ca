// Registration: which hook is which function. The plugin has no state of its own.

#include "dropbox_auth.h"
#include "dropbox_changes.h"
#include "dropbox_documents.h"
#include "dropbox_normalize.h"
#include "dropbox_webhook.h"

#include <ferry/sdk.hpp>

namespace ferry::dropbox {
namespace {

class Dropbox : public sdk::Plugin {
  public:
    std::string authorizeUrl(
        const sdk::Call&, const sdk::AccountView& account, const sdk::AuthorizeRequestView& request
    ) const {
        return dropbox::authorizeUrl(account, request);
    }
    sdk::Task<sdk::TokenSet> exchangeCode(
        sdk::Context& context, const sdk::AccountView& account, const sdk::CodeExchange& exchange
    ) const {
        return dropbox::exchangeCode(context, account, exchange);
    }
    sdk::Task<sdk::TokenSet> refresh(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const {
        return dropbox::refresh(context, account, tokens);
    }
    sdk::Task<void> revoke(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const {
        return dropbox::revoke(context, account, tokens);
    }
    sdk::Task<sdk::Identity> verify(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const {
        return dropbox::verify(context, account, tokens);
    }

    std::optional<sdk::Reply>
    verifyChallenge(const sdk::Call&, const sdk::WebhookRequestView& request, const sdk::FieldsView&)
        const {
        return dropbox::verifyChallenge(request);
    }
    bool verifySignature(
        const sdk::Call& call,
        const sdk::WebhookRequestView& request,
        const sdk::FieldsView& secrets
    ) const {
        return dropbox::verifySignature(call, request, secrets);
    }
    std::vector<sdk::Notice> parseNotification(
        const sdk::Call&, const sdk::WebhookRequestView& request
    ) const {
        return dropbox::parseNotification(request);
    }

    sdk::Task<sdk::Page> fetch(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::FetchRequest& request
    ) const {
        return dropbox::fetch(context, account, tokens, request);
    }
    sdk::Task<std::string> initialCursor(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const {
        return dropbox::initialCursor(context, account, tokens);
    }

    sdk::Task<sdk::Document> documentMetadata(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::DocumentRef& ref
    ) const {
        return dropbox::documentMetadata(context, account, tokens, ref);
    }
    sdk::Task<sdk::DocumentPage> listDocuments(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::DocumentList& list
    ) const {
        return dropbox::listDocuments(context, account, tokens, list);
    }
    sdk::Task<sdk::DocumentPage> searchDocuments(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::DocumentSearch& search
    ) const {
        return dropbox::searchDocuments(context, account, tokens, search);
    }
    sdk::Task<sdk::Document> downloadDocument(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::DocumentDownload& download
    ) const {
        return dropbox::downloadDocument(context, account, tokens, download);
    }

    sdk::Task<sdk::DocumentPage> listRevisions(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::DocumentRevisions& revisions
    ) const {
        return dropbox::listRevisions(context, account, tokens, revisions);
    }
    sdk::Task<sdk::Storage> storageUsage(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const {
        return dropbox::storageUsage(context, account, tokens);
    }
    sdk::Task<sdk::Link> documentLink(
        sdk::Context& context,
        const sdk::AccountView& account,
        const sdk::TokenSet& tokens,
        const sdk::DocumentRef& file
    ) const {
        return dropbox::documentLink(context, account, tokens, file);
    }

    void normalize(
        const sdk::Call& call,
        const sdk::AccountView&,
        const sdk::ChangesView& changes,
        sdk::Normalizer& out
    ) const {
        dropbox::normalize(call, changes, out);
    }
};

}  // namespace
}  // namespace ferry::dropbox

FERRY_PLUGIN(ferry::dropbox::Dropbox, "dropbox", "1.0.0");
