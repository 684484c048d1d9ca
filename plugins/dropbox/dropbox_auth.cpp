#include "dropbox_auth.h"

#include "dropbox_errors.h"
#include "json.h"
#include "text.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <utility>

namespace ferry::dropbox {
namespace {

constexpr std::int64_t kExpirySecondsMax = 10LL * 365 * 86'400;

std::string_view appKey(const sdk::AccountView& account) {
    const std::string_view key = account.config(parameter::kAppKey);
    if (key.empty())
        throw sdk::Error::invalid("oauth.api.key is empty: it is the app key of the app console");
    return key;
}

/// POST /oauth2/token. The app proves itself by Basic; without a secret by the PKCE verifier alone.
sdk::Request tokenRequest(
    const sdk::AccountView& account, const sdk::Call& call, FormBuilder form
) {
    const std::string_view secret = account.config(parameter::kAppSecret);
    sdk::Request request = sdk::Request::post(baseUrl(account, "api") + "/oauth2/token");
    if (secret.empty()) {
        form.add("client_id", appKey(account));
    } else {
        const std::string pair = std::string(appKey(account)) + ":" + std::string(secret);
        request.header("Authorization", "Basic " + call.crypto().base64(pair));
    }
    request.body("application/x-www-form-urlencoded", form.text());
    request.responseBytesMax(kSmallAnswerBytesMax);
    return request;
}

json::Fault readTokens(const rapidjson::Document& body, std::int64_t now_ms, sdk::TokenSet& out) {
    out.access_token = json::text(body, "access_token");
    out.token_type = json::text(body, "token_type");
    const rapidjson::Value* expires_in = json::member(body, "expires_in");
    const bool is_bearer =
        out.token_type.empty() || sdk::detail::equalIgnoringCase(out.token_type, "bearer");
    if (out.access_token.empty() || !is_bearer) return json::Fault::BadShape;
    if (expires_in != nullptr && expires_in->IsInt64() && expires_in->GetInt64() > 0)
        out.expires_at_ms = now_ms + std::min(expires_in->GetInt64(), kExpirySecondsMax) * 1'000;
    if (const std::string_view fresh = json::text(body, "refresh_token"); !fresh.empty())
        out.refresh_token = fresh;
    if (const std::string_view scope = json::text(body, "scope"); !scope.empty()) out.scope = scope;
    if (const std::string_view id = json::text(body, "account_id"); !id.empty())
        out.account_id = id;
    return json::Fault::None;
}

/// Parses the token endpoint's answer into `out`; what it does not mention stays.
void takeTokens(
    TokenCall call,
    const sdk::HttpResponse& response,
    const Credentials& credentials,
    std::int64_t now_ms,
    sdk::TokenSet& out
) {
    if (response.status() != 200) throw tokenError(call, response, credentials);
    rapidjson::Document body;
    json::Fault fault = json::parse(response.body(), body);
    if (fault == json::Fault::None && isJsonType(response)) {
        const bool is_team =
            json::text(body, "account_id").empty() && !json::text(body, "team_id").empty();
        if (is_team)
            throw sdk::Error::rejected(
                "oauth2/token: the app was linked to a whole team: use an app with scopes for "
                "individual accounts"
            );
        fault = readTokens(body, now_ms, out);
        if (fault == json::Fault::None) return;
    }
    throw bodyError("oauth2/token", response, fault, credentials);
}

std::string stateOf(const rapidjson::Value* root_info) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const char* key : {"root_namespace_id", "home_namespace_id"}) {
        const std::string_view value = json::text(root_info, key);
        writer.Key(key);
        writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

/// What people may want to see of the account.
std::string extraOf(const rapidjson::Document& account) {
    const std::pair<const char*, std::string_view> fields[] = {
        {"email", json::text(account, "email")},
        {"display_name", json::text(json::member(account, "name"), "display_name")},
        {"account_type", json::text(json::member(account, "account_type"), ".tag")},
        {"team_name", json::text(json::member(account, "team"), "name")}
    };
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    for (const auto& [key, value] : fields) {
        if (value.empty()) continue;
        writer.Key(key);
        writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string authorizeUrl(
    const sdk::AccountView& account, const sdk::AuthorizeRequestView& request
) {
    std::string scopes;
    for (std::size_t i = 0; i < request.scopeCount(); ++i)
        scopes += (i == 0 ? "" : " ") + std::string(request.scope(i));
    FormBuilder query;
    query.add("response_type", "code")
        .add("client_id", appKey(account))
        .addIfSet("redirect_uri", request.redirectUri())
        .addIfSet("state", request.state())
        .add("token_access_type", "offline");
    if (!request.codeChallenge().empty())
        query.add("code_challenge", request.codeChallenge()).add("code_challenge_method", "S256");
    query.addIfSet("scope", scopes);
    for (std::size_t i = 0; i < request.extras().size(); ++i)
        query.add(request.extras().name(i), request.extras().value(i));
    return baseUrl(account, "www") + "/oauth2/authorize?" + query.text();
}

sdk::Task<sdk::TokenSet> exchangeCode(
    sdk::Context& context, const sdk::AccountView& account, const sdk::CodeExchange& exchange
) {
    FormBuilder form;
    form.add("grant_type", "authorization_code")
        .add("code", exchange.code)
        .addIfSet("redirect_uri", exchange.redirect_uri)
        .addIfSet("code_verifier", exchange.code_verifier);
    sdk::TokenSet tokens;
    Credentials credentials(account, tokens);
    credentials.addSecret(exchange.code);
    credentials.addSecret(exchange.code_verifier);
    const sdk::HttpResponse response =
        co_await context.send(tokenRequest(account, context.call(), std::move(form)));
    takeTokens(TokenCall::Exchange, response, credentials, context.call().nowMs(), tokens);
    co_return tokens;
}

sdk::Task<sdk::TokenSet> refresh(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
) {
    const Credentials credentials(account, tokens);
    if (credentials.isApiKey())
        co_return sdk::Error::authRevoked(
            "the access token of dropbox.authorization.apikey can't be refreshed: generate a new "
            "one in the app console"
        );
    if (tokens.refresh_token.empty())
        co_return sdk::Error::authRevoked("there is no refresh token: authorize the instance again"
        );
    FormBuilder form;
    form.add("grant_type", "refresh_token").add("refresh_token", tokens.refresh_token);
    const sdk::HttpResponse response =
        co_await context.send(tokenRequest(account, context.call(), std::move(form)));
    sdk::TokenSet fresh;  // Dropbox does not rotate refresh tokens: the old one goes on
    fresh.refresh_token = tokens.refresh_token;
    fresh.scope = tokens.scope;
    fresh.account_id = tokens.account_id;
    takeTokens(TokenCall::Refresh, response, credentials, context.call().nowMs(), fresh);
    co_return fresh;
}

sdk::Task<void> revoke(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
) {
    const Credentials credentials(account, tokens);
    if (credentials.isApiKey()) co_return;
    sdk::Request request = rpc(account, credentials, routeName(Route::Revoke), "null");
    request.responseBytesMax(kSmallAnswerBytesMax);
    const sdk::HttpResponse response = co_await context.send(std::move(request));
    if (response.status() == 200) co_return;
    // An expired token is refused although its refresh token lives: that one needs a fresh token.
    const bool is_dead =
        response.status() == 401 && errorTags(response.body()) == "invalid_access_token";
    if (!is_dead) throw apiError(Route::Revoke, response, credentials);
}

sdk::Task<sdk::Identity> verify(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
) {
    const Credentials credentials(account, tokens);
    sdk::Request request = rpc(account, credentials, routeName(Route::Account), "null");
    request.responseBytesMax(kSmallAnswerBytesMax);
    const sdk::HttpResponse response = co_await context.send(std::move(request));
    if (response.status() != 200) throw apiError(Route::Account, response, credentials);
    rapidjson::Document body;
    json::Fault fault = json::parse(response.body(), body);
    const std::string_view id = json::text(body, "account_id");
    if (fault == json::Fault::None && id.empty()) fault = json::Fault::BadShape;
    if (fault != json::Fault::None || !isJsonType(response))
        throw bodyError(routeName(Route::Account), response, fault, credentials);

    sdk::Identity identity{std::string(id)};
    const std::string_view name = json::text(json::member(body, "name"), "display_name");
    const std::string_view email = json::text(body, "email");
    identity.label = name;
    if (!email.empty())
        identity.label += name.empty() ? std::string(email) : " <" + std::string(email) + ">";
    identity.tenant = json::text(json::member(body, "team"), "id");
    identity.account_state = stateOf(json::member(body, "root_info"));
    identity.extra = extraOf(body);
    co_return identity;
}

}  // namespace ferry::dropbox
