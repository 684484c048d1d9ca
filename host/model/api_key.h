#pragma once
// A key of the REST API, as it is kept: nobody can learn the secret from it.

#include "base/clock.h"
#include "base/crypto.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ferry {

/// What a caller may do. Each includes those before it.
enum class ApiRole : std::uint8_t {
    None = 0,
    Read = 1,
    Write = 2,
};

/// "none", "read", "write".
std::string_view apiRoleName(ApiRole role) noexcept;

struct ApiKey {
    static constexpr std::size_t kSecretBytes = 32;
    static constexpr std::size_t kNameBytesMax = 64;

    std::string name;  ///< unique
    ApiRole role = ApiRole::Read;
    /// SHA-256 of the secret. Enough without salt and stretching: a secret is 256 random bits, so
    /// neither a dictionary nor a search finds it (NIST SP 800-63B, 5.1.2.2 asks for stretching of
    /// secrets of less than 112 bits alone).
    Digest256 hash{};
    TimePoint created_at;
};

}  // namespace ferry
