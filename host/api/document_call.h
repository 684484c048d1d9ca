#pragma once
// What calls about documents have in common: which file or folder is meant, and the rows.

#include "api/connector_call.h"
#include "api/route.h"
#include "pipeline/documents.h"

#include <string>

namespace ferry::api {

/// {documentId} of a path: an id of either kind. Not "id": that is an instance's.
Parameter documentIdParameter(const char* what);
/// `path` of a query, in place of the id.
Parameter documentPathParameter(const char* what, bool is_required);

/// What the call is about: {documentId}, else `path`. Errors: InvalidArgument.
Result<pipeline::DocumentRef> documentRefOf(const Call& call, bool may_be_top);

/// What the connector can do with documents. Errors: Unsupported.
Result<pipeline::Documents*> documentsOf(ConnectorCall& connector);

/// A GET of the area.
Route documentRoute(std::string path, std::string operation_id, std::string summary);

}  // namespace ferry::api
