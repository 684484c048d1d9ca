#include "plugin/plugin_documents.h"

#include "plugin/plugin_operation.h"

#include <utility>

namespace ferry::plugin {
namespace {

using pipeline::OperationPtr;
using pipeline::ProviderAccount;

DocumentRef toPlugin(const pipeline::DocumentRef& ref) {
    return {ref.object_id, ref.path};
}

}  // namespace

PluginDocuments::PluginDocuments(
    std::shared_ptr<const ProviderDescription> description,
    std::shared_ptr<PluginInstance> instance,
    const Clock& clock
)
    : description_(std::move(description)), clock_(clock), view_(std::move(instance)) {}

CallInfo PluginDocuments::call(const ProviderAccount& account) const {
    CallInfo info;
    info.now = clock_.wallNow();
    info.account = account.account_id;
    return info;
}

template <typename Method, typename... Wanted>
Result<OperationPtr> PluginDocuments::start(
    Method method,
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const Wanted&... wanted
) {
    return wrap(
        (view_.*method
        )(call(account), plugin::toPlugin(account), plugin::toPlugin(tokens), wanted...),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginDocuments::startMetadata(
    const ProviderAccount& account, const ferry::TokenSet& tokens, const pipeline::DocumentRef& ref
) {
    return start(&DocumentsView::metadata, account, tokens, toPlugin(ref));
}

Result<OperationPtr> PluginDocuments::startList(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentListRequest& request
) {
    const DocumentList wanted{toPlugin(request.folder), request.cursor, request.limit};
    return start(&DocumentsView::list, account, tokens, wanted);
}

Result<OperationPtr> PluginDocuments::startSearch(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentSearchRequest& request
) {
    const DocumentSearch wanted{
        toPlugin(request.folder), request.text, request.cursor, request.limit};
    return start(&DocumentsView::search, account, tokens, wanted);
}

Result<OperationPtr> PluginDocuments::startDownload(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentDownloadRequest& request
) {
    const DocumentDownload wanted{toPlugin(request.file), request.range};
    return start(&DocumentsView::download, account, tokens, wanted);
}

Result<OperationPtr> PluginDocuments::startRevisions(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentRevisionsRequest& request
) {
    const DocumentRevisions wanted{toPlugin(request.file), request.cursor, request.limit};
    return start(&DocumentsView::revisions, account, tokens, wanted);
}

Result<OperationPtr> PluginDocuments::startStorage(
    const ProviderAccount& account, const ferry::TokenSet& tokens
) {
    return start(&DocumentsView::storage, account, tokens);
}

Result<OperationPtr> PluginDocuments::startLink(
    const ProviderAccount& account, const ferry::TokenSet& tokens, const pipeline::DocumentRef& file
) {
    return start(&DocumentsView::link, account, tokens, toPlugin(file));
}

}  // namespace ferry::plugin
