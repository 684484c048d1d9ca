#pragma once
// Ed25519 signatures (RFC 8032) over OpenSSL.

#include "base/secret.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace ferry {

/// A private key. Copies share it. Threads: const functions from any thread.
class Ed25519Key {
  public:
    static constexpr std::size_t kSeedBytes = 32;
    static constexpr std::size_t kPublicBytes = 32;
    static constexpr std::size_t kSignatureBytes = 64;

    /// nullopt unless `seed` is exactly kSeedBytes bytes.
    static std::optional<Ed25519Key> fromSeed(std::string_view seed);

    /// From a PEM file without a passphrase ("BEGIN PRIVATE KEY", PKCS #8), as OpenSSL writes it;
    /// nullopt for anything else.
    static std::optional<Ed25519Key> fromPem(std::string_view pem);
    /// Such a file.
    Secret toPem() const;

    /// kSignatureBytes bytes. The same content always gives the same signature.
    std::string sign(std::string_view content) const;
    /// kPublicBytes bytes, by which others verify.
    const std::string& publicKey() const noexcept { return public_key_; }

  private:
    Ed25519Key(std::shared_ptr<evp_pkey_st> key, std::string public_key)
        : key_(std::move(key)), public_key_(std::move(public_key)) {}

    std::shared_ptr<evp_pkey_st> key_;
    std::string public_key_;
};

/// True if `signature` of `content` was made with the private key of `public_key` (kPublicBytes
/// bytes). Never true for keys or signatures of another size. Threads: any.
bool verifyEd25519(
    std::string_view public_key, std::string_view content, std::string_view signature
) noexcept;

}  // namespace ferry
