#pragma once
// Digests, HMAC and authenticated encryption over OpenSSL; nothing else of OpenSSL is used for
// cryptography in the hub.

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace ferry {

using Digest256 = std::array<std::uint8_t, 32>;

/// SHA-256 of `data` (FIPS 180-4).
Digest256 sha256(std::string_view data);
/// HMAC-SHA256 of `data` under `key` of any length (RFC 2104).
Digest256 hmacSha256(std::string_view key, std::string_view data);
/// The same of `pieces` one after another, without a copy of them in one piece.
Digest256 hmacSha256(std::string_view key, std::initializer_list<std::string_view> pieces);
enum class Hash : std::uint8_t { Sha1, Sha256, Sha512 };

/// HMAC of `data` under `key` (RFC 2104) with any of these hashes: 20, 32 or 64 bytes.
std::string hmac(Hash hash, std::string_view key, std::string_view data);
/// The first 32 bytes of HKDF-SHA256 (RFC 5869) of `key`: a key for the purpose `info` alone.
Digest256 hkdfSha256(std::string_view key, std::string_view salt, std::string_view info);

inline std::string_view asText(const Digest256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// A 256-bit key for AES-256-GCM. Threads: const functions from any thread.
class SealingKey {
  public:
    static constexpr std::size_t kBytes = 32;

    /// InvalidArgument unless `raw` is exactly 32 bytes.
    static Result<SealingKey> fromBytes(std::string_view raw);

    /// Encrypts `plain` and binds it to `context` (the place it is stored at: a sealed text moved
    /// to another place does not open). Result: version byte, 12-byte nonce, text, 16-byte tag.
    std::string seal(std::string_view plain, std::string_view context, Random& random) const;

    /// Corrupt if the text was changed, cut, sealed with another key or for another context.
    Result<Secret> open(std::string_view sealed, std::string_view context) const;

    /// Keyed fingerprint: equal texts give equal values, and nothing can be learnt from them
    /// without the key. 32 bytes.
    Digest256 fingerprint(std::string_view text) const;

    /// A key of 32 bytes for another purpose, the same whenever it is asked for; neither of the two
    /// tells anything about the other.
    Secret derive(std::string_view purpose) const;

    /// Eight hex digits that name this key in messages, without giving it away.
    std::string id() const;

  private:
    explicit SealingKey(Secret key) : key_(std::move(key)) {}
    Secret key_;
};

}  // namespace ferry
