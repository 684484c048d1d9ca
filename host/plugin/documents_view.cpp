#include "plugin/documents_view.h"

#include "plugin/hook_call.h"

namespace ferry::plugin {

Result<Operation<Document>> DocumentsView::metadata(
    const CallInfo& call, const Account& account, const TokenSet& tokens, const DocumentRef& ref
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().documents, ferry_documents_1, metadata_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    const ferry_document_ref abi = toAbi(ref);
    return startOperation<Document>(instance_, "metadata", slot, call, account, &abi_tokens, &abi);
}

Result<Operation<DocumentPage>> DocumentsView::list(
    const CallInfo& call, const Account& account, const TokenSet& tokens, const DocumentList& wanted
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().documents, ferry_documents_1, list_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    const ferry_document_ref folder = toAbi(wanted.folder);
    ferry_document_list abi{};
    abi.struct_size = sizeof abi;
    abi.limit = wanted.limit;
    abi.folder = &folder;
    abi.cursor = toStr(wanted.cursor);
    return startOperation<DocumentPage>(instance_, "list", slot, call, account, &abi_tokens, &abi);
}

Result<Operation<DocumentPage>> DocumentsView::search(
    const CallInfo& call,
    const Account& account,
    const TokenSet& tokens,
    const DocumentSearch& wanted
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().documents, ferry_documents_1, search_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    const ferry_document_ref folder = toAbi(wanted.folder);
    ferry_document_search abi{};
    abi.struct_size = sizeof abi;
    abi.limit = wanted.limit;
    abi.folder = &folder;
    abi.text = toStr(wanted.text);
    abi.cursor = toStr(wanted.cursor);
    return startOperation<DocumentPage>(
        instance_, "search", slot, call, account, &abi_tokens, &abi
    );
}

Result<Operation<Download>> DocumentsView::download(
    const CallInfo& call,
    const Account& account,
    const TokenSet& tokens,
    const DocumentDownload& wanted
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().documents, ferry_documents_1, download_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    const ferry_document_ref file = toAbi(wanted.file);
    ferry_document_download abi{};
    abi.struct_size = sizeof abi;
    abi.file = &file;
    abi.range = toStr(wanted.range);
    return startOperation<Download>(instance_, "download", slot, call, account, &abi_tokens, &abi);
}

Result<Operation<DocumentPage>> DocumentsView::revisions(
    const CallInfo& call,
    const Account& account,
    const TokenSet& tokens,
    const DocumentRevisions& wanted
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().documents, ferry_documents_1, revisions_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    const ferry_document_ref file = toAbi(wanted.file);
    ferry_document_revisions abi{};
    abi.struct_size = sizeof abi;
    abi.limit = wanted.limit;
    abi.file = &file;
    abi.cursor = toStr(wanted.cursor);
    return startOperation<DocumentPage>(
        instance_, "revisions", slot, call, account, &abi_tokens, &abi
    );
}

Result<Operation<Storage>> DocumentsView::storage(
    const CallInfo& call, const Account& account, const TokenSet& tokens
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().documents, ferry_documents_1, storage_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    return startOperation<Storage>(instance_, "storage", slot, call, account, &abi_tokens);
}

Result<Operation<Link>> DocumentsView::link(
    const CallInfo& call, const Account& account, const TokenSet& tokens, const DocumentRef& file
) const {
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().documents, ferry_documents_1, link_start);
    const ferry_token_set abi_tokens = toAbi(tokens);
    const ferry_document_ref abi = toAbi(file);
    return startOperation<Link>(instance_, "link", slot, call, account, &abi_tokens, &abi);
}

}  // namespace ferry::plugin
