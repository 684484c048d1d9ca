#pragma once
// What calls about documents have in common: which file or folder is meant, and the rows.

#include "api/connector_call.h"
#include "api/paging.h"
#include "api/route.h"
#include "pipeline/documents.h"

#include <string>
#include <string_view>
#include <utility>

namespace ferry::api {

/// {documentId} of a path: an id of either kind. Not "id": that is an instance's.
Parameter documentIdParameter(const char* what);
/// `path` of a query, in place of the id.
Parameter documentPathParameter(const char* what, bool is_required);

/// What the call is about: {documentId}, else `path`. Errors: InvalidArgument.
Result<pipeline::DocumentRef> documentRefOf(const Call& call, bool may_be_top);

/// What the connector can do with documents. Errors: Unsupported.
Result<pipeline::Documents*> documentsOf(ConnectorCall& connector);

/// Name of the list of this kind ("contents") of what `ref` means in the call's account, `words`
/// being what was searched for: tokens of its pages are refused for any other. A file or folder
/// that is named in another way counts as another.
std::string documentListName(
    const ConnectorCall& connector,
    std::string_view kind,
    const pipeline::DocumentRef& ref,
    std::string_view words = {}
);

/// One page of the list of this name, a row for each document; the token of the next page is a
/// header, as readCursorPaging takes it.
http::Response documentPageAnswer(
    std::string_view list,
    const pipeline::DocumentPage& page,
    void (*write)(JsonWriter& json, const IndexedObject& document)
);

/// Puts what the call says about paging into `wanted`, which asks for a page of the list.
template <typename Wanted>
Status readDocumentPaging(const Call& call, std::string_view list, Wanted& wanted) {
    FERRY_TRY_ASSIGN(CursorPaging paging, readCursorPaging(call.request, list));
    wanted.limit = static_cast<unsigned>(paging.page_size);
    wanted.cursor = std::move(paging.cursor);
    return {};
}

/// A GET of the area.
Route documentRoute(std::string path, std::string operation_id, std::string summary);

}  // namespace ferry::api
