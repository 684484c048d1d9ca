#include "dropbox_errors.h"

#include "error_text.h"
#include "text.h"

#include <chrono>
#include <optional>
#include <span>

namespace ferry::dropbox {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSuspendedPause = std::chrono::hours(1);

constexpr unsigned bit(Route route) noexcept {
    return 1u << static_cast<unsigned>(route);
}
constexpr unsigned kAny = ~0u;
constexpr unsigned kContinue = bit(Route::Continue);
constexpr unsigned kListing = bit(Route::ListFolder) | bit(Route::LatestCursor);

/// The first rule that fits counts. `tags` fits if the error's tags begin with it.
struct Rule {
    int http_status;
    std::string_view tags;
    unsigned routes;
    ferry_status status;
    std::string_view meaning;
    milliseconds pause{-1};
};

constexpr Rule kRules[] = {
    {401, "expired_access_token", kAny, FERRY_ERROR_AUTH_EXPIRED, "the access token has expired"},
    {401, "invalid_access_token", kAny, FERRY_ERROR_AUTH_EXPIRED, "the access token is not valid"},
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
     kAny,
     FERRY_ERROR_CURSOR_INVALID,
     "the root namespace of the account has changed: verify the account again, then list it anew"},
    {422, "no_permission", kAny, FERRY_ERROR_REJECTED, "no permission for the root namespace"},
    {422, "", kAny, FERRY_ERROR_REJECTED, "the root namespace was refused"},

    {429, "", kAny, FERRY_ERROR_RATE_LIMITED, "too many requests", kRetryDefault},
};

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

/// Follows {".tag":"path","path":{".tag":"not_found"}} inwards. A union member without a value may
/// be a bare string; a value that is not a union ends the way.
std::string tagsOf(const rapidjson::Value* error) {
    std::string tags;
    for (unsigned depth = 0; error != nullptr && depth < 8; ++depth) {
        const bool is_string = error->IsString();
        const std::string_view tag =
            is_string ? std::string_view(error->GetString(), error->GetStringLength())
                      : json::text(*error, ".tag");
        if (tag.empty()) break;
        if (!tags.empty()) tags += '/';
        tags += tag;
        error = is_string ? nullptr : json::member(*error, std::string(tag).c_str());
    }
    return tags;
}

const rapidjson::Value* errorOf(const rapidjson::Document& body) noexcept {
    const rapidjson::Value* error = json::member(body, "error");
    const rapidjson::Value* reason = json::member(error, "reason");  // of 429
    return reason != nullptr ? reason : error;
}

/// A 400 of the API is a plain text, and a fault of ours or of the configuration, but for two.
sdk::Error badRequest(Route route, const sdk::HttpResponse& response, std::string detail) {
    const auto says = [&](std::string_view word) {
        return response.body().find(word) != std::string_view::npos;
    };
    const auto text = [&](std::string_view meaning) {
        return errorText(routeName(route), response, "", meaning, detail);
    };
    if (route == Route::Continue && says("cursor"))
        return sdk::Error::cursorInvalid(text("dropbox does not know the cursor"));
    if (says("access token") || says("Authorization"))
        return sdk::Error::authExpired(text("the access token was refused"));
    return sdk::Error::rejected(text("dropbox refused the request"));
}

/// A token made by hand can't be refreshed: its end is the end of the consent.
sdk::Error forApiKey(sdk::Error error, const Credentials& credentials) {
    if (!credentials.isApiKey() || error.status() != FERRY_ERROR_AUTH_EXPIRED) return error;
    return sdk::Error::authRevoked(
        error.message() +
        ": generate a new token in the app console and set "
        "dropbox.authorization.apikey"
    );
}

}  // namespace

std::string_view routeName(Route route) noexcept {
    switch (route) {
        case Route::ListFolder:
            return "files/list_folder";
        case Route::Continue:
            return "files/list_folder/continue";
        case Route::LatestCursor:
            return "files/list_folder/get_latest_cursor";
        case Route::Account:
            return "users/get_current_account";
        case Route::Revoke:
            break;
    }
    return "auth/token/revoke";
}

std::string errorTags(std::string_view body) {
    rapidjson::Document document;
    if (json::parse(body, document) != json::Fault::None) return {};
    return tagsOf(errorOf(document));
}

sdk::Error apiError(
    Route route, const sdk::HttpResponse& response, const Credentials& credentials
) {
    if (response.status() == 0) return transportError(routeName(route), response);
    rapidjson::Document body;
    const bool is_json = json::parse(response.body(), body) == json::Fault::None;
    std::string detail =
        is_json
            ? excerpt(json::text(json::member(body, "user_message"), "text"), credentials.secrets())
            : excerpt(response.body(), credentials.secrets());
    // A page for people is a proxy's or a gateway's, and decides nothing about account or cursor.
    if (isHtml(response) && response.status() != 429)
        return passingFault(routeName(route), response, body, detail);
    if (response.status() == 400)
        return forApiKey(
            badRequest(route, response, excerpt(response.body(), credentials.secrets())),
            credentials
        );
    const std::string tags = tagsOf(errorOf(body));
    const Rule* rule = findRule(response.status(), tags, route);
    if (rule == nullptr) return passingFault(routeName(route), response, body, detail);
    if (tags == "missing_scope") {
        const std::string_view scope = json::text(json::member(body, "error"), "required_scope");
        detail = excerpt(scope.empty() ? "it does not say which" : scope, credentials.secrets());
    }
    sdk::Error::Wait wait = retryAfter(response, body);
    if (!wait && rule->pause.count() >= 0) wait = rule->pause;
    return forApiKey(
        sdk::Error(
            rule->status, errorText(routeName(route), response, tags, rule->meaning, detail), wait
        ),
        credentials
    );
}

bool isJsonType(const sdk::HttpResponse& response) noexcept {
    const std::string_view type = mediaType(response);
    return type.empty() || sdk::detail::equalIgnoringCase(type, "application/json");
}

sdk::Error bodyError(
    std::string_view route,
    const sdk::HttpResponse& response,
    json::Fault fault,
    const Credentials& credentials
) {
    const std::string detail = excerpt(response.body(), credentials.secrets(), 80);
    if (!isJsonType(response)) {
        const std::string type = excerpt(response.header("content-type"), {}, 80);
        return sdk::Error::unavailable(errorText(
            route,
            response,
            "",
            "the answer is " + type + ", not json (is a proxy between?)",
            detail
        ));
    }
    const std::string meaning = "the answer " + std::string(json::faultName(fault));
    // A cut answer is the network's fault, and passes; anything else would come again.
    if (fault == json::Fault::Truncated)
        return sdk::Error::unavailable(errorText(route, response, "", meaning, ""));
    return sdk::Error::malformed(errorText(route, response, "", meaning, detail));
}

}  // namespace ferry::dropbox
