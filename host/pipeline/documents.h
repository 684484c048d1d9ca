#pragma once
// What callers of the API can read of an account, as a provider's plugin implements it
// (ferry.documents/1). Beside stages.h: the flow of events does not need it.

#include "base/result.h"
#include "model/object.h"
#include "pipeline/stages.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::pipeline {

/// Which file or folder is meant: by the provider's id or by path; neither is the top folder.
struct DocumentRef {
    std::string object_id;
    std::string path;  ///< begins with '/', has none at its end

    bool isTop() const noexcept { return object_id.empty() && path.empty(); }
};

struct DocumentListRequest {
    DocumentRef folder;
    std::string cursor;  ///< DocumentPage::next_cursor; empty: the first page
    unsigned limit = 0;  ///< wanted documents a page; 0: the provider's default
};

struct DocumentSearchRequest {
    DocumentRef folder;  ///< search below it
    std::string text;    ///< not empty
    std::string cursor;  ///< as above
    unsigned limit = 0;  ///< as above
};

struct DocumentDownloadRequest {
    DocumentRef file;
    std::string range;  ///< value of the caller's Range header; empty: all of it
};

struct DocumentRevisionsRequest {
    DocumentRef file;
    std::string cursor;  ///< as above
    unsigned limit = 0;  ///< as above
};

/// The operations of a provider that has documents; each Unsupported if the plugin lacks its hook.
/// NotFound and Conflict are about what the caller names. Threads and lifetime as for Provider.
class Documents {
  public:
    virtual ~Documents() = default;

    /// Ends with OperationResult::document.
    virtual Result<OperationPtr> startMetadata(
        const ProviderAccount& account, const TokenSet& tokens, const DocumentRef& ref
    ) = 0;
    /// End with OperationResult::documents.
    virtual Result<OperationPtr> startList(
        const ProviderAccount& account, const TokenSet& tokens, const DocumentListRequest& request
    ) = 0;
    virtual Result<OperationPtr> startSearch(
        const ProviderAccount& account, const TokenSet& tokens, const DocumentSearchRequest& request
    ) = 0;
    /// Its last request is to be streamed (OutboundRequest::stream is set, with the pipe of the
    /// answer). A 2xx answer is given back once its head is there (is_body_streamed), any other
    /// with its body; it then ends with OperationResult::document.
    virtual Result<OperationPtr> startDownload(
        const ProviderAccount& account,
        const TokenSet& tokens,
        const DocumentDownloadRequest& request
    ) = 0;

    /// The contents that a file has had, newest first, each with its revision; ends with
    /// OperationResult::documents. Not pure, as those below, so that doubles stay small.
    virtual Result<OperationPtr>
    startRevisions(const ProviderAccount&, const TokenSet&, const DocumentRevisionsRequest&) {
        return fail(ErrorCode::Unsupported, "the provider lists no revisions");
    }
    /// Ends with OperationResult::storage.
    virtual Result<OperationPtr> startStorage(const ProviderAccount&, const TokenSet&) {
        return fail(ErrorCode::Unsupported, "the provider does not tell its storage");
    }
    /// Ends with OperationResult::link.
    virtual Result<OperationPtr>
    startLink(const ProviderAccount&, const TokenSet&, const DocumentRef&) {
        return fail(ErrorCode::Unsupported, "the provider gives no links to files");
    }

  protected:
    Documents() = default;
    Documents(const Documents&) = default;
    Documents& operator=(const Documents&) = default;
};

}  // namespace ferry::pipeline
