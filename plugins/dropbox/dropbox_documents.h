#pragma once
// Reading files and folders for callers of the hub: get_metadata, list_folder, search_v2, download.

#include <ferry/sdk.hpp>

namespace ferry::dropbox {

/// All throw Error: NOT_FOUND, CONFLICT, INVALID for what a caller asks wrongly.
sdk::Task<sdk::Document> documentMetadata(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentRef& ref
);
sdk::Task<sdk::DocumentPage> listDocuments(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentList& list
);
sdk::Task<sdk::DocumentPage> searchDocuments(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentSearch& search
);
sdk::Task<sdk::Document> downloadDocument(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentDownload& download
);

}  // namespace ferry::dropbox
