#pragma once
// Proof Key for Code Exchange (RFC 7636): the authorization code is of use only to the one who
// asked for it. The verifier waits in the state table, the challenge goes to the provider.

#include "base/random.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace ferry::oauth {

struct Pkce {
    Secret verifier;        ///< 86 characters; the RFC asks for 43 to 128
    std::string challenge;  ///< S256 of the verifier
};

Pkce makePkce(Random& random);

/// base64url of SHA-256 of `verifier`, without padding (RFC 7636, 4.2).
std::string pkceChallenge(std::string_view verifier);

}  // namespace ferry::oauth
