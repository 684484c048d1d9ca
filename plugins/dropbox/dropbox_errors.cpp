#include "dropbox_errors.h"

#include "dropbox_error_rules.h"
#include "error_text.h"
#include "text.h"

#include <optional>
#include <span>

namespace ferry::dropbox {
namespace {

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
    if (isContinuation(route) && says("cursor"))
        return sdk::Error::cursorInvalid(text("dropbox does not know the cursor"));
    if (says("access token") || says("Authorization"))
        return sdk::Error::authExpired(text("the access token was refused"));
    if (isForCaller(route))
        return sdk::Error::invalid(text("dropbox does not understand what is asked for"));
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
            return "auth/token/revoke";
        case Route::Metadata:
            return "files/get_metadata";
        case Route::FolderContents:
            return "files/list_folder";
        case Route::FolderContentsContinue:
            return "files/list_folder/continue";
        case Route::Search:
            return "files/search_v2";
        case Route::SearchContinue:
            return "files/search/continue_v2";
        case Route::Revisions:
            return "files/list_revisions";
        case Route::SpaceUsage:
            return "users/get_space_usage";
        case Route::TemporaryLink:
            return "files/get_temporary_link";
        case Route::Download:
            break;
    }
    return "files/download";
}

std::string errorTags(std::string_view body) {
    rapidjson::Document document;
    if (json::parse(body, document) != json::Fault::None) return {};
    return tagsOf(errorOf(document));
}

std::optional<std::string> newRoot(const sdk::HttpResponse& response) {
    rapidjson::Document body;
    if (json::parse(response.body(), body) != json::Fault::None) return std::nullopt;
    const rapidjson::Value* error = json::member(body, "error");
    const rapidjson::Value* info = json::member(error, "invalid_root");
    if (info == nullptr) info = error;
    const std::string_view root = json::text(info, "root_namespace_id");
    if (root.empty()) return std::nullopt;
    return root == json::text(info, "home_namespace_id") ? std::string() : std::string(root);
}

bool isInvalidRoot(const sdk::HttpResponse& response) {
    return response.status() == 422 && errorTags(response.body()).starts_with("invalid_root");
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
