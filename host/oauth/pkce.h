#pragma once
// Proof Key for Code Exchange (RFC 7636): the authorization code is of use only to the one who
// asked for it. The verifier waits in the state table, the challenge goes to the provider.

#include "base/crypto.h"
#include "base/random.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace ferry::oauth {

struct Pkce {
    Secret verifier;        ///< 43 to 128 characters, as the RFC asks for
    std::string challenge;  ///< S256 of the verifier
};

Pkce makePkce(Random& random);

/// The same for one app and redirect URI at all times (43 characters), so that a caller who goes
/// through the consent by itself need not hold the verifier: the hub knows it when the caller comes
/// with the code (authorize_urls).
Pkce derivedPkce(const SealingKey& key, std::string_view app_key, std::string_view redirect_uri);

/// base64url of SHA-256 of `verifier`, without padding (RFC 7636, 4.2).
std::string pkceChallenge(std::string_view verifier);

}  // namespace ferry::oauth
