#include "api/element_token.h"

#include "base/encoding.h"

namespace ferry::api {
namespace {

constexpr std::size_t kIdBytes = 8;
// NIST SP 800-107, 5.3.3: 128 bits would do.
constexpr std::size_t kProofBytes = 24;

std::string bytesOf(InstanceId id) {
    std::string bytes(kIdBytes, '\0');
    auto rest = static_cast<std::uint64_t>(id.value);
    for (std::size_t i = kIdBytes; i > 0; --i) {
        bytes[i - 1] = static_cast<char>(rest & 0xFF);
        rest >>= 8;
    }
    return bytes;
}

}  // namespace

ElementTokens::ElementTokens(const SealingKey& key)
    : key_(std::string(asText(key.fingerprint("key of element tokens v1")))) {}

std::string ElementTokens::issue(InstanceId id) const {
    const std::string bytes = bytesOf(id);
    return base64UrlEncode(bytes + proofOf(bytes));
}

std::optional<InstanceId> ElementTokens::verify(std::string_view token) const {
    const auto bytes = base64Decode(token);
    if (!bytes || bytes->size() != kIdBytes + kProofBytes) return std::nullopt;
    const std::string_view id_bytes = std::string_view(*bytes).substr(0, kIdBytes);
    if (!equalConstantTime(proofOf(id_bytes), std::string_view(*bytes).substr(kIdBytes))) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (const char byte : id_bytes)
        number = (number << 8) | static_cast<unsigned char>(byte);
    return InstanceId(static_cast<std::int64_t>(number));
}

std::string ElementTokens::proofOf(std::string_view id_bytes) const {
    return std::string(asText(hmacSha256(key_.reveal(), id_bytes)).substr(0, kProofBytes));
}

}  // namespace ferry::api
