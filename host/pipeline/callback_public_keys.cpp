#include "pipeline/callback_public_keys.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json_writer.h"

namespace ferry::pipeline {
namespace {

/// Of the members that RFC 7638 asks for, in its order, without blanks.
std::string thumbprintOf(const std::string& x) {
    JsonWriter json;
    json.beginObject().field("crv", "Ed25519").field("kty", "OKP").field("x", x).endObject();
    return base64UrlEncode(asText(sha256(json.view())));
}

}  // namespace

std::string renderPublicKeys(std::span<const SigningKey> keys, TimePoint wall_now) {
    JsonWriter json;
    json.beginObject().key("keys").beginArray();
    bool has_any = false;
    for (const SigningKey& key : keys) {
        if (!key.ed25519 || !key.signsAt(wall_now)) continue;
        has_any = true;
        const std::string x = base64UrlEncode(key.ed25519->publicKey());
        json.beginObject()
            .field("kty", "OKP")
            .field("crv", "Ed25519")
            .field("use", "sig")
            .field("alg", "EdDSA")
            .field("kid", thumbprintOf(x))
            .field("x", x)
            .field("whpk", publicKeyText(*key.ed25519))
            .endObject();
    }
    json.endArray().endObject();
    return has_any ? json.take() : std::string();
}

}  // namespace ferry::pipeline
