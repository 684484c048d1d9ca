#include "base/random.h"

#include "base/check.h"
#include "base/encoding.h"

#include <openssl/rand.h>

#include <cstring>

namespace ferry {

std::uint64_t Random::below(std::uint64_t bound) {
    if (bound == 0) return 0;
    return static_cast<std::uint64_t>(unit() * static_cast<double>(bound));
}

double Random::unit() {
    std::uint8_t bytes[8];
    fill(bytes);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<double>(value >> 11U) * 0x1.0p-53;
}

std::string Random::token(std::size_t bytes) {
    std::string raw(bytes, '\0');
    fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    return base64UrlEncode(raw);
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
    FERRY_CHECK(
        RAND_bytes(out.data(), static_cast<int>(out.size())) == 1,
        "the operating system gives no randomness"
    );
}

}  // namespace ferry
