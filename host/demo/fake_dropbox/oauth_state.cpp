#include "demo/fake_dropbox/oauth_state.h"

#include "base/crypto.h"
#include "base/encoding.h"

#include <algorithm>

namespace ferry::demo {
namespace {

bool covers(const std::vector<std::string>& all, const std::vector<std::string>& some) {
    return std::all_of(some.begin(), some.end(), [&](const std::string& scope) {
        return std::find(all.begin(), all.end(), scope) != all.end();
    });
}

}  // namespace

void OAuthState::addApp(App app) {
    std::string key = app.key;
    apps_.insert_or_assign(std::move(key), std::move(app));
}

App* OAuthState::findApp(std::string_view key) {
    const auto at = apps_.find(key);
    return at == apps_.end() ? nullptr : &at->second;
}

std::string OAuthState::issueCode(Consent consent) {
    std::string code = ids_.token(43);
    codes_[code] = {std::move(consent), clock_.now() + code_life};
    return code;
}

Result<IssuedTokens> OAuthState::exchange(
    const std::string& code,
    std::string_view app_key,
    std::string_view redirect_uri,
    std::string_view code_verifier,
    bool proved_secret
) {
    const auto at = codes_.find(code);
    if (at == codes_.end() || at->second.expires_at <= clock_.now() ||
        at->second.consent.app_key != app_key) {
        return fail(ErrorCode::AuthorizationRevoked, "code doesn't exist or has expired");
    }
    const Consent consent = at->second.consent;
    const bool is_surplus = consent.code_challenge.empty() && !code_verifier.empty();
    if (!is_surplus || surplus_verifier_ends_code) codes_.erase(at);
    if (consent.redirect_uri != redirect_uri) {
        return fail(ErrorCode::AuthorizationRevoked, "redirect_uri mismatch");
    }
    if (!consent.code_challenge.empty()) {
        if (base64UrlEncode(asText(sha256(code_verifier))) != consent.code_challenge) {
            return fail(ErrorCode::AuthorizationRevoked, "invalid code verifier");
        }
    } else if (!proved_secret || is_surplus) {
        return fail(ErrorCode::AuthorizationRevoked, "code was not issued for PKCE");
    }
    const auto grant = makeGrant(consent, !proved_secret);
    IssuedTokens tokens = issue(grant, grant->scopes);
    tokens.refresh_token = grant->refresh_token;
    return tokens;
}

Result<IssuedTokens> OAuthState::refresh(
    const std::string& refresh_token,
    std::string_view app_key,
    const std::vector<std::string>& scopes,
    bool proved_secret
) {
    if (refresh_token.size() < 30) {
        return fail(ErrorCode::AuthorizationRevoked, "refresh token is malformed");
    }
    const auto at = by_refresh_token_.find(refresh_token);
    if (at == by_refresh_token_.end() || at->second->is_revoked || at->second->app_key != app_key ||
        (!proved_secret && !at->second->is_pkce)) {
        return fail(ErrorCode::AuthorizationRevoked, "refresh token is invalid or revoked");
    }
    if (!covers(at->second->scopes, scopes)) {
        return fail(ErrorCode::InvalidArgument, "scope is wider than the granted one");
    }
    return issue(at->second, scopes.empty() ? at->second->scopes : scopes);
}

std::shared_ptr<Grant> OAuthState::makeGrant(const Consent& consent, bool is_pkce) {
    auto grant = std::make_shared<Grant>();
    grant->app_key = consent.app_key;
    grant->account_id = consent.account_id;
    grant->scopes = consent.scopes;
    grant->is_pkce = is_pkce;
    if (consent.is_offline) {
        grant->refresh_token = ids_.token(43) + "AAAAAA";
        by_refresh_token_[grant->refresh_token] = grant;
    }
    by_account_[consent.account_id].push_back(grant);
    return grant;
}

IssuedTokens OAuthState::issue(
    const std::shared_ptr<Grant>& grant, std::vector<std::string> scopes
) {
    IssuedTokens tokens;
    tokens.access_token = "sl." + ids_.token(43);
    tokens.expires_in = std::chrono::duration_cast<std::chrono::seconds>(access_token_life).count();
    tokens.scopes = scopes;
    tokens.account_id = grant->account_id;
    access_tokens_[tokens.access_token] = {
        grant, std::move(scopes), clock_.now() + access_token_life, false};
    return tokens;
}

TokenState OAuthState::check(const std::string& access_token) const {
    const AccessToken* token = find(access_token);
    if (token == nullptr || token->grant->is_revoked) return TokenState::Invalid;
    const bool is_expired = token->is_forced_expired || token->expires_at <= clock_.now();
    return is_expired ? TokenState::Expired : TokenState::Valid;
}

const AccessToken* OAuthState::find(const std::string& access_token) const {
    const auto at = access_tokens_.find(access_token);
    return at == access_tokens_.end() ? nullptr : &at->second;
}

void OAuthState::revoke(Grant& grant) {
    grant.is_revoked = true;
    std::erase_if(by_account_[grant.account_id], [&](const auto& candidate) {
        return candidate.get() == &grant;
    });
}

void OAuthState::revokeByAccessToken(const std::string& access_token) {
    if (const AccessToken* token = find(access_token)) {
        const std::shared_ptr<Grant> grant = token->grant;
        revoke(*grant);
    }
}

void OAuthState::unlink(std::string_view app_key, std::string_view account_id) {
    const auto at = by_account_.find(account_id);
    if (at == by_account_.end()) return;
    const auto grants = at->second;
    for (const auto& grant : grants) {
        if (grant->app_key == app_key) revoke(*grant);
    }
}

void OAuthState::expireAccessTokens(std::string_view account_id) {
    for (auto& [text, token] : access_tokens_) {
        if (token.grant->account_id == account_id) token.is_forced_expired = true;
    }
}

void OAuthState::setExpiry(const std::string& access_token, Milliseconds life) {
    const auto at = access_tokens_.find(access_token);
    if (at != access_tokens_.end()) at->second.expires_at = clock_.now() + life;
}

bool OAuthState::isLinked(std::string_view app_key, std::string_view account_id) const {
    const std::vector<std::string> apps = appsOf(account_id);
    return std::find(apps.begin(), apps.end(), app_key) != apps.end();
}

std::vector<std::string> OAuthState::appsOf(std::string_view account_id) const {
    std::vector<std::string> apps;
    const auto at = by_account_.find(account_id);
    if (at == by_account_.end()) return apps;
    for (const auto& grant : at->second) {
        if (std::find(apps.begin(), apps.end(), grant->app_key) == apps.end()) {
            apps.push_back(grant->app_key);
        }
    }
    return apps;
}

}  // namespace ferry::demo
