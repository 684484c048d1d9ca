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

Result<OperationPtr> PluginDocuments::startMetadata(
    const ProviderAccount& account, const ferry::TokenSet& tokens, const pipeline::DocumentRef& ref
) {
    return wrap(
        view_.metadata(
            call(account), plugin::toPlugin(account), plugin::toPlugin(tokens), toPlugin(ref)
        ),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginDocuments::startList(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentListRequest& request
) {
    const DocumentList wanted{toPlugin(request.folder), request.cursor, request.limit};
    return wrap(
        view_.list(call(account), plugin::toPlugin(account), plugin::toPlugin(tokens), wanted),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginDocuments::startSearch(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentSearchRequest& request
) {
    const DocumentSearch wanted{
        toPlugin(request.folder), request.text, request.cursor, request.limit
    };
    return wrap(
        view_.search(call(account), plugin::toPlugin(account), plugin::toPlugin(tokens), wanted),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginDocuments::startDownload(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentDownloadRequest& request
) {
    const DocumentDownload wanted{toPlugin(request.file), request.range};
    return wrap(
        view_.download(call(account), plugin::toPlugin(account), plugin::toPlugin(tokens), wanted),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginDocuments::startRevisions(
    const ProviderAccount& account,
    const ferry::TokenSet& tokens,
    const pipeline::DocumentRevisionsRequest& request
) {
    const DocumentRevisions wanted{toPlugin(request.file), request.cursor, request.limit};
    return wrap(
        view_.revisions(call(account), plugin::toPlugin(account), plugin::toPlugin(tokens), wanted),
        description_,
        clock_,
        account.account_id
    );
}

Result<OperationPtr> PluginDocuments::startStorage(
    const ProviderAccount& account, const ferry::TokenSet& tokens
) {
    return wrap(
        view_.storage(call(account), plugin::toPlugin(account), plugin::toPlugin(tokens)),
        description_,
        clock_,
        account.account_id
    );
}

}  // namespace ferry::plugin
