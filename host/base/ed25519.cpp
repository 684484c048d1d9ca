#include "base/ed25519.h"

#include "base/check.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace ferry {
namespace {

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytesOf(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

struct DigestDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct BioDeleter {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};

/// OpenSSL would ask for a passphrase at the terminal.
int noPassphrase(char*, int, int, void*) {
    return -1;
}

std::string publicKeyOf(const EVP_PKEY* key) {
    std::string public_key(Ed25519Key::kPublicBytes, '\0');
    std::size_t size = public_key.size();
    const bool ok = EVP_PKEY_get_raw_public_key(key, bytesOf(public_key), &size) == 1;
    FERRY_CHECK(ok && size == Ed25519Key::kPublicBytes, "ed25519 is missing");
    return public_key;
}

}  // namespace

std::optional<Ed25519Key> Ed25519Key::fromSeed(std::string_view seed) {
    if (seed.size() != kSeedBytes) return std::nullopt;
    std::shared_ptr<evp_pkey_st> key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytesOf(seed), seed.size()),
        EVP_PKEY_free
    );
    FERRY_CHECK(key != nullptr, "ed25519 is missing");
    std::string public_key = publicKeyOf(key.get());
    return Ed25519Key(std::move(key), std::move(public_key));
}

std::optional<Ed25519Key> Ed25519Key::fromPem(std::string_view pem) {
    const std::unique_ptr<BIO, BioDeleter> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))
    );
    if (bio == nullptr) return std::nullopt;
    std::shared_ptr<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassphrase, nullptr), EVP_PKEY_free
    );
    if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_ED25519) return std::nullopt;
    std::string public_key = publicKeyOf(key.get());
    return Ed25519Key(std::move(key), std::move(public_key));
}

Secret Ed25519Key::toPem() const {
    const std::unique_ptr<BIO, BioDeleter> bio(BIO_new(BIO_s_secmem()));
    const bool ok =
        bio != nullptr && PEM_write_bio_PKCS8PrivateKey(
                              bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr
                          ) == 1;
    FERRY_CHECK(ok, "a private key can't be written");
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return Secret(std::string(text, static_cast<std::size_t>(size)));
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
    if (public_key.size() != Ed25519Key::kPublicBytes ||
        signature.size() != Ed25519Key::kSignatureBytes)
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
