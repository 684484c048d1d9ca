#include "base/crypto.h"

#include "base/check.h"
#include "base/encoding.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include <memory>

namespace ferry {
namespace {

constexpr std::uint8_t kSealVersion = 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct CipherDeleter {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter>;

struct MacDeleter {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, MacDeleter>;

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytesOf(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

CipherContext newCipher() {
    CipherContext context(EVP_CIPHER_CTX_new());
    FERRY_CHECK(context != nullptr, "no memory for a cipher");
    return context;
}

/// Looked up once: a look-up by name costs more than the digest of a short text.
const EVP_MD* sha256Method() {
    static const EVP_MD* const kMethod = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    FERRY_CHECK(kMethod != nullptr, "sha-256 is missing");
    return kMethod;
}

/// HMAC-SHA256 without a key, to be copied: setting one up by name costs several times what the MAC
/// of a webhook does.
const EVP_MAC_CTX* hmacSha256Method() {
    static const EVP_MAC_CTX* const kMethod = [] {
        EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        EVP_MAC_CTX* const context = EVP_MAC_CTX_new(hmac);
        EVP_MAC_free(hmac);
        char digest[] = "SHA256";
        const OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
            OSSL_PARAM_construct_end()};
        const bool ok = context != nullptr && EVP_MAC_CTX_set_params(context, parameters) == 1;
        FERRY_CHECK(ok, "hmac-sha-256 is missing");
        return context;
    }();
    return kMethod;
}

}  // namespace

Digest256 sha256(std::string_view data) {
    Digest256 out{};
    unsigned int size = 0;
    FERRY_CHECK(
        EVP_Digest(data.data(), data.size(), out.data(), &size, sha256Method(), nullptr) == 1,
        "sha-256 is missing"
    );
    return out;
}

Digest256 hmacSha256(std::string_view key, std::string_view data) {
    return hmacSha256(key, {data});
}

Digest256 hmacSha256(std::string_view key, std::initializer_list<std::string_view> pieces) {
    Digest256 out{};
    std::size_t size = 0;
    const MacContext mac(EVP_MAC_CTX_dup(hmacSha256Method()));
    // An empty key is one, a null one would mean "as before".
    const unsigned char* const key_bytes = bytesOf(key.empty() ? std::string_view("") : key);
    bool ok = mac != nullptr && EVP_MAC_init(mac.get(), key_bytes, key.size(), nullptr) == 1;
    for (const std::string_view piece : pieces)
        ok = ok && EVP_MAC_update(mac.get(), bytesOf(piece), piece.size()) == 1;
    ok = ok && EVP_MAC_final(mac.get(), out.data(), &size, out.size()) == 1;
    FERRY_CHECK(ok && size == out.size(), "hmac failed");
    return out;
}

std::string hmac(Hash hash, std::string_view key, std::string_view data) {
    const EVP_MD* const method = hash == Hash::Sha1     ? EVP_sha1()
                                 : hash == Hash::Sha256 ? EVP_sha256()
                                                        : EVP_sha512();
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    const std::string_view key_bytes = key.empty() ? std::string_view("") : key;
    const bool ok = HMAC(
                        method,
                        key_bytes.data(),
                        static_cast<int>(key_bytes.size()),
                        bytesOf(data),
                        data.size(),
                        out.data(),
                        &size
                    ) != nullptr;
    FERRY_CHECK(ok, "hmac failed");
    return {reinterpret_cast<const char*>(out.data()), size};
}

Digest256 hkdfSha256(std::string_view key, std::string_view salt, std::string_view info) {
    const Digest256 pseudorandom_key = hmacSha256(salt, key);
    return hmacSha256(asText(pseudorandom_key), std::string(info) + '\x01');
}

Result<SealingKey> SealingKey::fromBytes(std::string_view raw) {
    if (raw.size() != kBytes) {
        return fail(
            ErrorCode::InvalidArgument,
            "an encryption key must be 32 bytes, this one has " + std::to_string(raw.size())
        );
    }
    return SealingKey(Secret(std::string(raw)));
}

std::string SealingKey::seal(std::string_view plain, std::string_view context, Random& random)
    const {
    std::string out(1 + kNonceBytes + plain.size() + kTagBytes, '\0');
    out[0] = static_cast<char>(kSealVersion);
    unsigned char* nonce = bytesOf(out) + 1;
    unsigned char* text = nonce + kNonceBytes;
    random.fill({nonce, kNonceBytes});

    const CipherContext cipher = newCipher();
    int size = 0;
    bool ok = EVP_EncryptInit_ex(
                  cipher.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key_.reveal()), nonce
              ) == 1;
    ok = ok && EVP_EncryptUpdate(
                   cipher.get(), nullptr, &size, bytesOf(context), static_cast<int>(context.size())
               ) == 1;
    ok = ok && EVP_EncryptUpdate(
                   cipher.get(), text, &size, bytesOf(plain), static_cast<int>(plain.size())
               ) == 1;
    ok = ok && EVP_EncryptFinal_ex(cipher.get(), text + plain.size(), &size) == 1;
    ok = ok &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, text + plain.size()) ==
             1;
    FERRY_CHECK(ok, "aes-256-gcm failed to encrypt");
    return out;
}

Result<Secret> SealingKey::open(std::string_view sealed, std::string_view context) const {
    if (sealed.size() < 1 + kNonceBytes + kTagBytes ||
        static_cast<std::uint8_t>(sealed[0]) != kSealVersion) {
        return fail(ErrorCode::Corrupt, "sealed text is cut or has an unknown version");
    }
    const std::string_view nonce = sealed.substr(1, kNonceBytes);
    const std::string_view text =
        sealed.substr(1 + kNonceBytes, sealed.size() - 1 - kNonceBytes - kTagBytes);
    std::string tag(sealed.substr(sealed.size() - kTagBytes));
    std::string plain(text.size(), '\0');

    const CipherContext cipher = newCipher();
    int size = 0;
    bool ok = EVP_DecryptInit_ex(
                  cipher.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key_.reveal()), bytesOf(nonce)
              ) == 1;
    ok = ok && EVP_DecryptUpdate(
                   cipher.get(), nullptr, &size, bytesOf(context), static_cast<int>(context.size())
               ) == 1;
    ok = ok && EVP_DecryptUpdate(
                   cipher.get(), bytesOf(plain), &size, bytesOf(text), static_cast<int>(text.size())
               ) == 1;
    ok = ok && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1;
    ok = ok && EVP_DecryptFinal_ex(cipher.get(), bytesOf(plain) + plain.size(), &size) == 1;
    if (!ok) {
        wipe(plain);
        return fail(ErrorCode::Corrupt, "sealed text does not open with key " + id());
    }
    return Secret(std::move(plain));
}

Digest256 SealingKey::fingerprint(std::string_view text) const {
    // A key of its own, derived from the sealing key, so that the two uses can't help each other.
    const Digest256 derived = hmacSha256(key_.reveal(), "ferry fingerprint v1");
    return hmacSha256(asText(derived), text);
}

Secret SealingKey::derive(std::string_view purpose) const {
    const Digest256 key = hkdfSha256(key_.reveal(), "ferry derived key v1", purpose);
    return Secret(std::string(asText(key)));
}

std::string SealingKey::id() const {
    return hexEncode(asText(hmacSha256(key_.reveal(), "ferry key id v1"))).substr(0, 8);
}

}  // namespace ferry
