#include "base/ed25519.h"

#include "base/check.h"

#include <openssl/evp.h>

namespace ferry {
namespace {

constexpr std::size_t kSignatureBytes = 64;

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytesOf(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

struct DigestDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::optional<Ed25519Key> Ed25519Key::fromSeed(std::string_view seed) {
    if (seed.size() != kSeedBytes) return std::nullopt;
    std::shared_ptr<evp_pkey_st> key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytesOf(seed), seed.size()),
        EVP_PKEY_free
    );
    std::string public_key(kPublicBytes, '\0');
    std::size_t size = public_key.size();
    const bool ok =
        key != nullptr && EVP_PKEY_get_raw_public_key(key.get(), bytesOf(public_key), &size) == 1;
    FERRY_CHECK(ok && size == kPublicBytes, "ed25519 is missing");
    return Ed25519Key(std::move(key), std::move(public_key));
}

std::string Ed25519Key::sign(std::string_view content) const {
    std::string signature(kSignatureBytes, '\0');
    std::size_t size = signature.size();
    const std::unique_ptr<EVP_MD_CTX, DigestDeleter> context(EVP_MD_CTX_new());
    const bool ok = context != nullptr &&
                    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                    EVP_DigestSign(
                        context.get(), bytesOf(signature), &size, bytesOf(content), content.size()
                    ) == 1;
    FERRY_CHECK(ok && size == kSignatureBytes, "ed25519 failed to sign");
    return signature;
}

bool verifyEd25519(
    std::string_view public_key, std::string_view content, std::string_view signature
) noexcept {
    if (public_key.size() != Ed25519Key::kPublicBytes || signature.size() != kSignatureBytes)
        return false;
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_public_key(
            EVP_PKEY_ED25519, nullptr, bytesOf(public_key), public_key.size()
        ),
        EVP_PKEY_free
    );
    const std::unique_ptr<EVP_MD_CTX, DigestDeleter> context(EVP_MD_CTX_new());
    return key != nullptr && context != nullptr &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(
               context.get(), bytesOf(signature), signature.size(), bytesOf(content), content.size()
           ) == 1;
}

}  // namespace ferry
