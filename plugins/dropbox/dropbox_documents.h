#pragma once
// Reading files and folders for callers of the hub: get_metadata, list_folder, search_v2, download,
// list_revisions, get_space_usage, get_temporary_link.

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
sdk::Task<sdk::DocumentPage> listRevisions(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentRevisions& revisions
);
/// Of a member of a team: what the team has, or what it lets the member have.
sdk::Task<sdk::Storage> storageUsage(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
);
/// A temporary link, which Dropbox lets go after four hours. It shares nothing: a shared link would
/// stay until somebody takes it back.
sdk::Task<sdk::Link> documentLink(
    sdk::Context& context,
    const sdk::AccountView& account,
    const sdk::TokenSet& tokens,
    const sdk::DocumentRef& file
);

}  // namespace ferry::dropbox
