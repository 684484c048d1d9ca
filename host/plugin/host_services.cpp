#include "plugin/host_services.h"

#include "base/crypto.h"
#include "base/ed25519.h"
#include "base/encoding.h"
#include "base/secret.h"
#include "plugin/call_scope.h"
#include "plugin/limits.h"

#include <ferry/ferry.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::plugin {
namespace {

constexpr std::string_view kVersion = FERRY_VERSION;

std::string_view view(ferry_bytes bytes) noexcept {
    if (bytes.data == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}
std::string_view view(ferry_str text) noexcept {
    return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

/// No exception may enter a plugin's frame. Only memory can run out in what runs here.
template <typename Body>
ferry_status served(Body&& body) noexcept {
    try {
        return body();
    } catch (...) {
        return FERRY_ERROR_UNAVAILABLE;
    }
}

// ---- ferry.log/1

void log(
    const ferry_call* call, ferry_log_level level, ferry_str message, ferry_fields fields
) noexcept {
    (void)served([&] {
        const CallScope& scope = CallScope::of(call);
        const bool is_known = level >= FERRY_LOG_DEBUG && level <= FERRY_LOG_ERROR;
        LogLine line{
            is_known ? static_cast<LogLevel>(level) : LogLevel::Info,
            scope.guard().pluginId(),
            scope.info().account,
            scope.info().trace_id,
            cleanMessage(message),
            {},
            false};
        for (std::size_t i = 0; i < std::min(fields.count, kFieldsMax); ++i) {
            const auto* field = reinterpret_cast<const ferry_field*>(
                reinterpret_cast<const char*>(fields.first) + i * fields.stride
            );
            line.fields.push_back({cleanMessage(field->name), cleanMessage(field->value)});
        }
        scope.guard().log().write(line);
        return FERRY_OK;
    });
}

// ---- ferry.crypto/1

ferry_status sha256Of(const ferry_call*, ferry_bytes data, std::uint8_t* digest) noexcept {
    return served([&] {
        const Digest256 result = sha256(view(data));
        std::copy(result.begin(), result.end(), digest);
        return FERRY_OK;
    });
}

ferry_status hmacSha256Of(
    const ferry_call*, ferry_bytes key, ferry_bytes data, std::uint8_t* mac
) noexcept {
    return served([&] {
        const Digest256 result = hmacSha256(view(key), view(data));
        std::copy(result.begin(), result.end(), mac);
        return FERRY_OK;
    });
}

ferry_bool equal(const ferry_call*, ferry_bytes a, ferry_bytes b) noexcept {
    return equalConstantTime(view(a), view(b)) ? 1 : 0;
}

/// Copies `result` to the caller's room, or says how much room it needs.
ferry_status give(std::string_view result, void* out, std::size_t* size) noexcept {
    const std::size_t room = *size;
    *size = result.size();
    if (result.size() > room) return FERRY_ERROR_LIMIT;
    if (!result.empty()) std::memcpy(out, result.data(), result.size());
    return FERRY_OK;
}

ferry_status encode(
    const ferry_call*, ferry_encoding encoding, ferry_bytes data, char* out, std::size_t* size
) noexcept {
    return served([&]() -> ferry_status {
        switch (encoding) {
            case FERRY_ENCODING_HEX:
                return give(hexEncode(view(data)), out, size);
            case FERRY_ENCODING_BASE64:
                return give(base64Encode(view(data)), out, size);
            case FERRY_ENCODING_BASE64URL:
                return give(base64UrlEncode(view(data)), out, size);
            default:
                return FERRY_ERROR_UNSUPPORTED;
        }
    });
}

ferry_status decode(
    const ferry_call*, ferry_encoding encoding, ferry_str text, std::uint8_t* out, std::size_t* size
) noexcept {
    return served([&]() -> ferry_status {
        std::optional<std::string> bytes;
        switch (encoding) {
            case FERRY_ENCODING_HEX:
                bytes = hexDecode(view(text));
                break;
            case FERRY_ENCODING_BASE64:
            case FERRY_ENCODING_BASE64URL:
                bytes = base64Decode(view(text));
                break;
            default:
                return FERRY_ERROR_UNSUPPORTED;
        }
        return bytes ? give(*bytes, out, size) : FERRY_ERROR_MALFORMED;
    });
}

ferry_status hmacOf(
    const ferry_call*,
    ferry_hash hash,
    ferry_bytes key,
    ferry_bytes data,
    std::uint8_t* mac,
    std::size_t* size
) noexcept {
    return served([&]() -> ferry_status {
        std::string result;
        switch (hash) {
            case FERRY_HASH_SHA1:
                result = hmac(Hash::Sha1, view(key), view(data));
                break;
            case FERRY_HASH_SHA256:
                result = hmac(Hash::Sha256, view(key), view(data));
                break;
            case FERRY_HASH_SHA512:
                result = hmac(Hash::Sha512, view(key), view(data));
                break;
            default:
                return FERRY_ERROR_UNSUPPORTED;
        }
        return give(result, mac, size);
    });
}

ferry_bool ed25519Verify(
    const ferry_call*, ferry_bytes public_key, ferry_bytes data, ferry_bytes signature
) noexcept {
    return verifyEd25519(view(public_key), view(data), view(signature)) ? 1 : 0;
}

constexpr ferry_log_1 kLog{sizeof(ferry_log_1), 0, &log};
constexpr ferry_crypto_1 kCrypto{
    sizeof(ferry_crypto_1),
    0,
    &sha256Of,
    &hmacSha256Of,
    &equal,
    &encode,
    &decode,
    &hmacOf,
    &ed25519Verify};

const void* getService(const ferry_host*, const char* id) noexcept {
    const std::string_view wanted = id == nullptr ? "" : id;
    if (wanted == FERRY_SVC_LOG) return &kLog;
    if (wanted == FERRY_SVC_CRYPTO) return &kCrypto;
    return nullptr;
}

}  // namespace

HostServices::HostServices() : host_(std::make_unique<ferry_host>()) {
    host_->struct_size = sizeof(ferry_host);
    host_->abi_major = FERRY_ABI_MAJOR;
    host_->abi_minor = FERRY_ABI_MINOR;
    host_->name = {"ferry", 5};
    host_->version = {kVersion.data(), kVersion.size()};
    host_->get_service = &getService;
}

HostServices::~HostServices() = default;

}  // namespace ferry::plugin
