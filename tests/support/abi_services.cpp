#include "support/abi_services.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "support/abi_loan.h"
#include "support/abi_scope.h"

#include <cstring>
#include <string_view>
#include <utility>

namespace ferry::test {

namespace {

std::string_view view(ferry_bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

ferry_status cryptoSha256(const ferry_call*, ferry_bytes data, std::uint8_t* digest) noexcept {
    const Digest256 value = sha256(view(data));
    std::memcpy(digest, value.data(), value.size());
    return FERRY_OK;
}
ferry_status cryptoHmac(
    const ferry_call*, ferry_bytes key, ferry_bytes data, std::uint8_t* mac
) noexcept {
    const Digest256 value = hmacSha256(view(key), view(data));
    std::memcpy(mac, value.data(), value.size());
    return FERRY_OK;
}
ferry_bool cryptoEqual(const ferry_call*, ferry_bytes a, ferry_bytes b) noexcept {
    return view(a) == view(b) ? 1 : 0;
}
ferry_status cryptoEncode(
    const ferry_call*, ferry_encoding encoding, ferry_bytes data, char* out, std::size_t* size
) noexcept {
    const std::string text =
        encoding == FERRY_ENCODING_HEX ? hexEncode(view(data)) : base64Encode(view(data));
    const std::size_t room = std::exchange(*size, text.size());
    if (text.size() > room) return FERRY_ERROR_LIMIT;
    std::memcpy(out, text.data(), text.size());
    return FERRY_OK;
}
ferry_status
cryptoDecode(const ferry_call*, ferry_encoding, ferry_str, std::uint8_t*, std::size_t*) noexcept {
    return FERRY_ERROR_UNSUPPORTED;
}
void logLine(const ferry_call* call, ferry_log_level, ferry_str message, ferry_fields) noexcept {
    of(call).outcome.log.push_back(copy(message));
}

/// That of a host of 1.0.
constexpr ferry_crypto_1 kCrypto{
    offsetof(ferry_crypto_1, hmac),
    0,
    cryptoSha256,
    cryptoHmac,
    cryptoEqual,
    cryptoEncode,
    cryptoDecode,
    nullptr,
    nullptr};
constexpr ferry_log_1 kLog{sizeof(ferry_log_1), 0, logLine};

}  // namespace

const void* getService(const ferry_host* host, const char* id) noexcept {
    const std::string_view wanted(id);
    if (wanted == FERRY_SVC_LOG) return &kLog;
    const bool has_crypto = static_cast<const AbiPlugin*>(host->ctx)->has_crypto;
    return wanted == FERRY_SVC_CRYPTO && has_crypto ? &kCrypto : nullptr;
}

}  // namespace ferry::test
