#include "api/oauth_url_request.h"

#include "api/json_body.h"
#include "base/encoding.h"
#include "base/utf8.h"
#include "config/value_type.h"
#include "oauth/oauth_links.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <map>
#include <optional>

namespace ferry::api {
namespace {

/// The text of a name; nullopt if it is not there. A problem that it says is kept.
using FindText =
    std::function<std::optional<std::string>(std::string_view name, std::string& problem)>;

Result<OauthUrlRequest> read(const FindText& find) {
    std::map<std::string_view, std::string> texts;
    std::vector<std::string> problems;
    for (const OauthUrlField& field : oauthUrlFields()) {
        std::string problem;
        std::string text = find(field.name, problem).value_or("");
        if (problem.empty() && text.size() > field.bytes_max) {
            problem = fmt::format("'{}' is longer than {} bytes", field.name, field.bytes_max);
        } else if (problem.empty() && !isValidUtf8(text)) {
            problem = fmt::format("'{}' is not UTF-8", field.name);
        }
        if (!problem.empty()) problems.push_back(std::move(problem));
        texts.emplace(field.name, std::move(text));
    }
    if (!problems.empty()) {
        return fail(ErrorCode::InvalidArgument, fmt::format("{}", fmt::join(problems, "; ")));
    }
    return OauthUrlRequest{
        std::move(texts.at("apiKey")),
        std::move(texts.at("callbackUrl")),
        std::move(texts.at("scope")),
        std::move(texts.at("state")),
    };
}

Status checkMissing(const OauthUrlRequest& request) {
    std::vector<std::string_view> missing;
    if (request.app_key.empty()) missing.emplace_back("'apiKey'");
    if (request.callback_url.empty()) missing.emplace_back("'callbackUrl'");
    if (missing.empty()) return {};
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format(
            "{} {} missing: give what the provider has of your app, or send the Element token of "
            "an "
            "instance that has {} and {}",
            fmt::join(missing, " and "),
            missing.size() == 1 ? "is" : "are",
            oauth::kAppKey,
            oauth::kCallbackUrl
        )
    );
}

}  // namespace

const std::vector<OauthUrlField>& oauthUrlFields() {
    static const std::vector<OauthUrlField> fields = {
        {"apiKey", 512, "The key of the app at the provider; required without an Element token"},
        {"apiSecret", 2'048, "Accepted, and not needed: leave it out, since others log addresses"},
        {"callbackUrl",
         2'048,
         "Where the provider sends the browser back to: the redirect URI of the app, and the "
         "oauth.callback.url of the instance to be; required without an Element token"},
        {"scope", 4'096, "Scopes to ask for, with spaces between them; else the connector's"},
        {"state", 2'048, "Comes back with the browser, unchanged; else the key of the connector"},
        {"siteAddress", 2'048, "Accepted, without effect: no connector has an address of its own"},
        {"requestToken", 4'096, "Accepted, without effect: it is of OAuth 1"},
    };
    return fields;
}

Result<OauthUrlRequest> readOauthUrlQuery(const http::Request& request) {
    // A value that can't be decoded would look like one that is not there.
    if (!percentDecode(request.query, true)) {
        return fail(ErrorCode::InvalidArgument, "the query is not percent-encoded");
    }
    return read([&](std::string_view name, std::string&) { return request.queryValue(name); });
}

Result<OauthUrlRequest> readOauthUrlBody(std::string_view body) {
    FERRY_TRY_ASSIGN(const rapidjson::Document document, readJsonObject(body));
    const auto find = [&](std::string_view name,
                          std::string& problem) -> std::optional<std::string> {
        const rapidjson::Value* value = findMember(document, name);
        if (value == nullptr) return std::nullopt;
        if (value->IsString()) return std::string(textOf(*value));
        problem = fmt::format("'{}' is {}, and must be a text", name, jsonKindOf(*value));
        return std::nullopt;
    };
    return read(find);
}

Result<OauthUrlRequest> completed(
    OauthUrlRequest request,
    const pipeline::InstanceSettings* instance,
    std::string_view connector_key
) {
    if (instance != nullptr) {
        const auto fill = [&](std::string& text, std::string_view key) {
            if (text.empty()) text = instance->value(key);
        };
        fill(request.app_key, oauth::kAppKey);
        fill(request.callback_url, oauth::kCallbackUrl);
        fill(request.scope, oauth::kScope);
    }
    if (request.state.empty()) request.state = connector_key;
    FERRY_TRY(checkMissing(request));
    config::UrlParts parts;
    const std::string_view problem = config::checkUrl(request.callback_url, parts);
    if (problem.empty()) return request;
    return fail(ErrorCode::InvalidArgument, fmt::format("'callbackUrl' {}", problem));
}

}  // namespace ferry::api
