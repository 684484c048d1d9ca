#include "dropbox_error_rules.h"

#include "error_text.h"

namespace ferry::dropbox {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSuspendedPause = std::chrono::hours(1);

constexpr unsigned bit(Route route) noexcept {
    return 1u << static_cast<unsigned>(route);
}
constexpr unsigned kAny = ~0u;
constexpr unsigned kNextPage = bit(Route::FolderContentsContinue) | bit(Route::SearchContinue);
constexpr unsigned kContinue = bit(Route::Continue) | kNextPage;
constexpr unsigned kDocuments = bit(Route::Metadata) | bit(Route::FolderContents) |
                                bit(Route::Search) | bit(Route::Download) | bit(Route::Revisions) |
                                bit(Route::SpaceUsage) | bit(Route::TemporaryLink) | kNextPage;
constexpr unsigned kListing = bit(Route::ListFolder) | bit(Route::LatestCursor);

constexpr Rule kRules[] = {
    {401, "expired_access_token", kAny, FERRY_ERROR_AUTH_EXPIRED, "the access token has expired"},
    {401, "invalid_access_token", kAny, FERRY_ERROR_AUTH_EXPIRED, "the access token is not valid"},
    // The events of the account go on without it.
    {401,
     "missing_scope",
     kDocuments,
     FERRY_ERROR_REJECTED,
     "the token lacks a scope: enable it under Permissions in the app console, then authorize "
     "again"},
    {401,
     "missing_scope",
     kAny,
     FERRY_ERROR_AUTH_REVOKED,
     "the token lacks a scope: enable it under Permissions in the app console, then authorize "
     "again"},
    {401,
     "user_suspended",
     kAny,
     FERRY_ERROR_UNAVAILABLE,
     "dropbox has suspended the user: asked again in an hour",
     kSuspendedPause},
    {401, "invalid_select_user", kAny, FERRY_ERROR_REJECTED, "no such team member"},
    {401, "invalid_select_admin", kAny, FERRY_ERROR_REJECTED, "no such team admin"},
    {401, "route_access_denied", kAny, FERRY_ERROR_REJECTED, "the app may not use this route"},
    {401, "", kAny, FERRY_ERROR_AUTH_EXPIRED, "the access token was refused"},

    {403, "invalid_account_type", kAny, FERRY_ERROR_REJECTED, "not for this type of account"},
    {403, "team_access_denied", kAny, FERRY_ERROR_REJECTED, "the team does not allow it"},
    {403, "", kAny, FERRY_ERROR_REJECTED, "access denied"},

    {409,
     "path/not_found",
     kDocuments & ~kNextPage,
     FERRY_ERROR_NOT_FOUND,
     "there is nothing here"},
    {409,
     "path/malformed_path",
     kDocuments,
     FERRY_ERROR_INVALID,
     "this is no path that dropbox understands"},
    {409, "path/not_file", kDocuments, FERRY_ERROR_CONFLICT, "this is a folder, not a file"},
    {409, "path/not_folder", kDocuments, FERRY_ERROR_CONFLICT, "this is a file, not a folder"},
    {409,
     "path/restricted_content",
     kDocuments,
     FERRY_ERROR_REJECTED,
     "dropbox restricts access to this content"},
    {409,
     "unsupported_file",
     kDocuments,
     FERRY_ERROR_CONFLICT,
     "this kind of document can't be downloaded"},
    {409, "path", kDocuments & ~kNextPage, FERRY_ERROR_CONFLICT, "this can't be read"},
    {409,
     "invalid_before_rev",
     bit(Route::Revisions),
     FERRY_ERROR_CURSOR_INVALID,
     "the revision that the page begins behind is gone"},
    {409,
     "invalid_argument",
     bit(Route::Search),
     FERRY_ERROR_INVALID,
     "this can't be searched for"},

    {409, "reset", kContinue, FERRY_ERROR_CURSOR_INVALID, "dropbox reset the cursor"},
    {409,
     "path/not_found",
     kContinue,
     FERRY_ERROR_CURSOR_INVALID,
     "the folder that the cursor stands for is gone"},
    // `other` can hide a reset: what else is said of a cursor makes it useless too.
    {409, "", kContinue, FERRY_ERROR_CURSOR_INVALID, "the cursor is of no use any more"},
    {409,
     "path/not_found",
     kListing,
     FERRY_ERROR_REJECTED,
     "there is no folder at dropbox.path in this account"},
    {409,
     "path/not_folder",
     kListing,
     FERRY_ERROR_REJECTED,
     "dropbox.path names a file, not a folder"},
    {409,
     "path/malformed_path",
     kListing,
     FERRY_ERROR_REJECTED,
     "dropbox.path is not a path that dropbox understands"},
    {409, "path", kListing, FERRY_ERROR_REJECTED, "the folder at dropbox.path can't be listed"},
    {409, "template_error", kListing, FERRY_ERROR_REJECTED, "a property template was refused"},
    {409, "other", kListing, FERRY_ERROR_UNAVAILABLE, "dropbox does not say why"},
    {409, "", kAny, FERRY_ERROR_REJECTED, "dropbox refused the call"},

    {422,
     "invalid_root",
     kDocuments,
     FERRY_ERROR_UNAVAILABLE,
     "the root namespace of the account has changed: verify the account again"},
    {422,
     "invalid_root",
     kAny,
     FERRY_ERROR_CURSOR_INVALID,
     "the root namespace of the account has changed: verify the account again, then list it anew"},
    {422, "no_permission", kAny, FERRY_ERROR_REJECTED, "no permission for the root namespace"},
    {422, "", kAny, FERRY_ERROR_REJECTED, "the root namespace was refused"},

    {429, "", kAny, FERRY_ERROR_RATE_LIMITED, "too many requests", kRetryDefault},
};

}  // namespace

const Rule* findRule(int http_status, std::string_view tags, Route route) noexcept {
    for (const Rule& rule : kRules) {
        const bool has_tags =
            tags.starts_with(rule.tags) &&
            (rule.tags.empty() || tags.size() == rule.tags.size() || tags[rule.tags.size()] == '/');
        if (rule.http_status == http_status && has_tags && (rule.routes & bit(route)) != 0)
            return &rule;
    }
    return nullptr;
}

bool isContinuation(Route route) noexcept {
    return (bit(route) & kContinue) != 0;
}

bool isForCaller(Route route) noexcept {
    return (bit(route) & kDocuments) != 0;
}

}  // namespace ferry::dropbox
