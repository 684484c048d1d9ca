#include "oauth/pkce.h"

#include "base/crypto.h"
#include "base/encoding.h"

namespace ferry::oauth {
namespace {

constexpr std::size_t kVerifierBytes = 64;

}  // namespace

Pkce makePkce(Random& random) {
    Pkce pkce{Secret(random.token(kVerifierBytes)), {}};
    pkce.challenge = pkceChallenge(pkce.verifier.reveal());
    return pkce;
}

std::string pkceChallenge(std::string_view verifier) {
    return base64UrlEncode(asText(sha256(verifier)));
}

}  // namespace ferry::oauth
