#include "authorization.h"

#include "account_sources.h"
#include "answers.h"
#include "json.h"
#include "text.h"
#include "token_error.h"

#include <algorithm>
#include <charconv>

namespace ferry::declarative {
namespace {

constexpr std::int64_t kAnswerBytesMax = 1 << 20;
constexpr std::int64_t kExpirySecondsMax = 10LL * 365 * 86'400;
constexpr std::string_view kAppKey = "oauth.api.key";
constexpr std::string_view kAppSecret = "oauth.api.secret";

Texts textsAt(const rapidjson::Value& settings, const char* name) {
    Texts texts;
    const auto found = settings.FindMember(name);
    if (found == settings.MemberEnd() || !found->value.IsObject()) return texts;
    for (const auto& entry : found->value.GetObject())
        texts.emplace_back(
            entry.name.GetString(), entry.value.IsString() ? entry.value.GetString() : ""
        );
    return texts;
}

/// RFC 6749, 2.3.1: both are form-encoded first.
std::string basicPair(const sdk::AccountView& account) {
    return percentEncode(account.config(kAppKey)) + ":" + percentEncode(account.config(kAppSecret));
}

/// Of what a token endpoint is asked with: the code, tokens, and the app's pair.
Secrets secretsOf(const sdk::AccountView& account, const Texts& fields) {
    Secrets secrets(account, {});
    for (const auto& [name, value] : fields)
        if (name != "grant_type" && name != "redirect_uri") secrets.add(value);
    secrets.add(basicPair(account));
    return secrets;
}

}  // namespace

Authorization::Authorization(const rapidjson::Value* settings, std::string connector)
    : connector_(std::move(connector)) {
    if (settings == nullptr) return;
    if (!settings->IsObject()) throw sdk::Error::invalid("settings: 'authorization' is no object");
    authorize_url_ = textAt(*settings, "authorize_url");
    token_url_ = textAt(*settings, "token_url");
    has_client_in_body_ = textAt(*settings, "client") == "body";
    is_of_client_ = textAt(*settings, "grant") == "client_credentials";
    sends_json_ = textAt(*settings, "token_format") == "json";
    if (settings->HasMember("scope_separator"))
        scope_separator_ = textAt(*settings, "scope_separator");
    api_key_ = textAt(*settings, "api_key");
    authorize_params_ = expressionsAt(*settings, "authorize_params");
    token_params_ = expressionsAt(*settings, "token_params");
    base_urls_ = textsAt(*settings, "base_urls");
    if (settings->HasMember("account")) account_ = Expression((*settings)["account"]);
    if (settings->HasMember("label")) label_ = Expression((*settings)["label"]);
    if (settings->HasMember("check")) check_.emplace((*settings)["check"]);
}

void Authorization::add(
    const NamedExpressions& templates, const sdk::AccountView& account, Texts& to
) {
    const AccountSources sources(account, {});
    Scratch scratch;
    for (const auto& [name, expression] : templates)
        to.emplace_back(name, expression.evaluate(sources, scratch).text);
}

/// An address of the connector where the operator wants it: its base URL may be another one.
std::string Authorization::placed(std::string_view url, const sdk::AccountView& account) const {
    for (const auto& [name, base] : base_urls_) {
        const std::string_view now = account.baseUrl(name);
        const bool is_below =
            url.starts_with(base) && (url.size() == base.size() || url[base.size()] == '/');
        if (is_below && !now.empty())
            return std::string(now) + std::string(url.substr(base.size()));
    }
    return std::string(url);
}

std::string Authorization::authorizeUrl(
    const sdk::AccountView& account, const sdk::AuthorizeRequestView& request
) const {
    if (authorize_url_.empty())
        throw sdk::Error(FERRY_ERROR_UNSUPPORTED, "the connector has no OAuth 2");
    if (account.config(kAppKey).empty()) throw sdk::Error::invalid("oauth.api.key is empty");
    std::string scopes;
    for (std::size_t i = 0; i < request.scopeCount(); ++i)
        scopes += (i == 0 ? "" : scope_separator_) + std::string(request.scope(i));
    Texts query{
        {"response_type", "code"},
        {"client_id", std::string(account.config(kAppKey))},
        {"redirect_uri", std::string(request.redirectUri())},
        {"scope", scopes},
        {"state", std::string(request.state())}};
    if (!request.codeChallenge().empty()) {
        query.emplace_back("code_challenge", request.codeChallenge());
        query.emplace_back("code_challenge_method", "S256");
    }
    add(authorize_params_, account, query);
    for (std::size_t i = 0; i < request.extras().size(); ++i)
        query.emplace_back(request.extras().name(i), request.extras().value(i));
    const std::string url = placed(authorize_url_, account);
    return url + (url.find('?') == url.npos ? "?" : "&") + form(query);
}

sdk::Request Authorization::tokenRequest(
    const sdk::AccountView& account, const sdk::Call& call, Texts fields
) const {
    const std::string_view key = account.config(kAppKey);
    const std::string_view secret = account.config(kAppSecret);
    if (token_url_.empty())
        throw sdk::Error(FERRY_ERROR_UNSUPPORTED, "the connector has no OAuth 2");
    if (key.empty()) throw sdk::Error::invalid("oauth.api.key is empty");
    sdk::Request request = sdk::Request::post(placed(token_url_, account));
    if (has_client_in_body_ || secret.empty()) {
        fields.emplace_back("client_id", key);
        fields.emplace_back("client_secret", secret);
    } else {
        request.header("Authorization", "Basic " + call.crypto().base64(basicPair(account)));
    }
    add(token_params_, account, fields);
    request.header("Accept", "application/json");
    if (sends_json_)
        request.body("application/json", json(fields));
    else
        request.body("application/x-www-form-urlencoded", form(fields));
    request.responseBytesMax(kAnswerBytesMax);
    return request;
}

sdk::TokenSet Authorization::readTokens(
    const sdk::HttpResponse& response,
    const sdk::AccountView& account,
    const sdk::Call& call,
    const Secrets& secrets
) const {
    throwIfTransient(response, "token endpoint");
    JsonDocument body;
    const bool is_json = body.parse(response.body()) && body.root().IsObject();
    sdk::TokenSet tokens;
    if (is_json) tokens.access_token = textAt(body.root(), "access_token");
    if (!response.ok() || tokens.access_token.empty()) {
        if (!is_json)
            throw sdk::Error::unavailable(
                "token endpoint: answered " + std::to_string(response.status()) + ", and no JSON"
            );
        const std::string word = errorWord(body.root());
        const std::string message = "token endpoint: " + tokenErrorText(body.root(), secrets);
        throw saysRevoked(word) ? sdk::Error::authRevoked(message) : sdk::Error::rejected(message);
    }
    tokens.refresh_token = textAt(body.root(), "refresh_token");
    tokens.token_type = textAt(body.root(), "token_type");
    tokens.scope = textAt(body.root(), "scope");
    Scratch scratch;
    const Value seconds = valueAt(body.root(), {"expires_in"}, scratch);
    std::int64_t expires_in = 0;
    std::from_chars(seconds.text.data(), seconds.text.data() + seconds.text.size(), expires_in);
    if (expires_in > 0)
        tokens.expires_at_ms = call.nowMs() + std::min(expires_in, kExpirySecondsMax) * 1000;
    AccountSources sources(account, tokens.access_token);
    sources.tokens = &body.root();
    JsonDocument claims;
    const auto payload = jwtPayload(textAt(body.root(), "id_token"));
    if (payload && claims.parse(*payload)) sources.claims = &claims.root();
    const Value id = account_.evaluate(sources, scratch);
    if (sdk::isText(id.text)) tokens.account_id = id.text;
    return tokens;
}

sdk::Task<sdk::TokenSet> Authorization::ask(
    sdk::Context& context, const sdk::AccountView& account, Texts fields
) const {
    const Secrets secrets = secretsOf(account, fields);
    const sdk::HttpResponse response =
        co_await context.send(tokenRequest(account, context.call(), std::move(fields)));
    co_return readTokens(response, account, context.call(), secrets);
}

sdk::Task<sdk::TokenSet> Authorization::exchange(
    sdk::Context& context, const sdk::AccountView& account, const sdk::CodeExchange& exchange
) const {
    Texts fields{
        {"grant_type", "authorization_code"},
        {"code", exchange.code},
        {"redirect_uri", exchange.redirect_uri},
        {"code_verifier", exchange.code_verifier}};
    co_return co_await ask(context, account, std::move(fields));
}

sdk::Task<sdk::TokenSet> Authorization::refresh(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
) const {
    if (is_of_client_) {
        Texts fields{{"grant_type", "client_credentials"}};
        sdk::TokenSet fresh = co_await ask(context, account, std::move(fields));
        // RFC 6749, 4.4.3: there is none. The host wants one to know that it can ask again.
        if (fresh.refresh_token.empty()) fresh.refresh_token = "client_credentials";
        co_return fresh;
    }
    if (tokens.refresh_token.empty())
        co_return sdk::Error::authRevoked("there is no refresh token: authorize the instance again"
        );
    Texts fields{{"grant_type", "refresh_token"}, {"refresh_token", tokens.refresh_token}};
    sdk::TokenSet fresh = co_await ask(context, account, std::move(fields));
    // Providers that rotate give a new one; the others go on with the old one.
    if (fresh.refresh_token.empty()) fresh.refresh_token = tokens.refresh_token;
    if (fresh.account_id.empty()) fresh.account_id = tokens.account_id;
    if (fresh.scope.empty()) fresh.scope = tokens.scope;
    co_return fresh;
}

std::string Authorization::accessToken(const sdk::AccountView& account, const sdk::TokenSet& tokens)
    const {
    return api_key_.empty() || !tokens.access_token.empty() ? tokens.access_token
                                                            : std::string(account.config(api_key_));
}

sdk::Task<sdk::Identity> Authorization::identify(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
) const {
    const std::string access_token = accessToken(account, tokens);
    AccountSources sources(account, access_token);
    Scratch scratch;
    JsonDocument answer;
    if (check_) {
        Secrets secrets(account, access_token);
        secrets.add(tokens.access_token);
        secrets.add(tokens.refresh_token);
        sdk::Request request = check_->make(sources);
        request.responseBytesMax(kAnswerBytesMax);
        const sdk::HttpResponse response = co_await context.send(std::move(request));
        throwUnlessOk(response, "check", secrets);
        if (!answer.parse(response.body())) throw sdk::Error::malformed("check: no JSON");
        sources.answer = &answer.root();
    }
    const Value id = account_.evaluate(sources, scratch);
    sdk::Identity identity;
    if (sdk::isText(id.text)) identity.account_id = id.text;
    if (identity.account_id.empty()) identity.account_id = tokens.account_id;
    if (identity.account_id.empty() && account_.isSet())
        throw sdk::Error::malformed("nothing says which account it is");
    // Webhooks that come to the URL of an instance need no name.
    if (identity.account_id.empty()) identity.account_id = connector_;
    const Value label = label_.evaluate(sources, scratch);
    if (sdk::isText(label.text)) identity.label = label.text;
    co_return identity;
}

}  // namespace ferry::declarative
