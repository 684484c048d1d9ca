#include "oauth/pkce.h"

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

Pkce derivedPkce(const SealingKey& key, std::string_view app_key, std::string_view redirect_uri) {
    std::string text = "pkce verifier v1\n";
    text.append(app_key).append("\n").append(redirect_uri);
    Pkce pkce;
    pkce.verifier = Secret(base64UrlEncode(asText(key.fingerprint(text))));
    pkce.challenge = pkceChallenge(pkce.verifier.reveal());
    return pkce;
}

std::string pkceChallenge(std::string_view verifier) {
    return base64UrlEncode(asText(sha256(verifier)));
}

}  // namespace ferry::oauth
