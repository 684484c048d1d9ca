#pragma once
// How an account is connected: authorize URL, code and refresh at the token endpoint, revocation,
// and whose the tokens are. All state is the host's.

#include "dropbox_api.h"

#include <ferry/sdk.hpp>

#include <string>

namespace ferry::dropbox {

/// https://<www>/oauth2/authorize with PKCE if the host gave a challenge. Throws Error: INVALID.
std::string authorizeUrl(const sdk::AccountView& account, const sdk::AuthorizeRequestView& request);

/// Throws Error: REJECTED if the code is used, expired or not ours, or the app unknown.
sdk::Task<sdk::TokenSet> exchangeCode(
    sdk::Context& context, const sdk::AccountView& account, const sdk::CodeExchange& exchange
);

/// Throws Error: AUTH_REVOKED only if Dropbox says that the consent is gone, or nothing is there to
/// refresh with.
sdk::Task<sdk::TokenSet> refresh(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
);

/// Ends the tokens, all of the same refresh token included. Tokens that are dead already are a
/// success. With apiKey it does nothing: who made that token by hand, ends it.
sdk::Task<void> revoke(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
);

/// Asks users/get_current_account. The account state of the result is JSON with root_namespace_id
/// and home_namespace_id.
sdk::Task<sdk::Identity> verify(
    sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
);

}  // namespace ferry::dropbox
