#pragma once
// The call a hook runs in: time, cancellation, log and crypto of the host.

#include <ferry/error.hpp>
#include <ferry/views.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::sdk {

/// The host's services, looked up once for each plugin object; either may be missing.
struct Services {
    Services() {}
    explicit Services(const ferry_host* host)
        : log(static_cast<const ferry_log_1*>(host->get_service(host, FERRY_SVC_LOG))),
          crypto(static_cast<const ferry_crypto_1*>(host->get_service(host, FERRY_SVC_CRYPTO))) {}

    const ferry_log_1* log = nullptr;
    const ferry_crypto_1* crypto = nullptr;
};

using Digest = std::array<std::uint8_t, 32>;

inline std::string_view asText(const Digest& digest) noexcept {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Cryptography of the host. Throws Error: UNSUPPORTED if the host has none.
class Crypto {
  public:
    Crypto(const ferry_call* call, const ferry_crypto_1* table) : call_(call), table_(table) {
        if (table == nullptr)
            throw Error(FERRY_ERROR_UNSUPPORTED, "the host has no ferry.crypto/1");
    }

    Digest sha256(std::string_view data) const {
        Digest digest{};
        detail::require(table_->sha256(call_, toBytes(data), digest.data()), "sha256");
        return digest;
    }
    Digest hmacSha256(std::string_view key, std::string_view data) const {
        Digest mac{};
        detail::require(
            table_->hmac_sha256(call_, toBytes(key), toBytes(data), mac.data()), "hmac_sha256"
        );
        return mac;
    }
    bool equalConstantTime(std::string_view a, std::string_view b) const {
        return table_->equal_constant_time(call_, toBytes(a), toBytes(b)) == 1;
    }
    std::string hex(std::string_view data) const { return encode(FERRY_ENCODING_HEX, data); }
    std::string base64(std::string_view data) const { return encode(FERRY_ENCODING_BASE64, data); }
    std::string base64Url(std::string_view data) const {
        return encode(FERRY_ENCODING_BASE64URL, data);
    }
    /// Throws Error: MALFORMED if the text is not of that encoding.
    std::string decode(ferry_encoding encoding, std::string_view text) const {
        std::string bytes(text.size() + 1, '\0');
        std::size_t size = bytes.size();
        detail::require(
            table_->decode(
                call_, encoding, toStr(text), reinterpret_cast<std::uint8_t*>(bytes.data()), &size
            ),
            "to decode"
        );
        bytes.resize(size);
        return bytes;
    }

  private:
    std::string encode(ferry_encoding encoding, std::string_view data) const {
        std::string text(data.size() * 2 + 4, '\0');
        std::size_t size = text.size();
        detail::require(
            table_->encode(call_, encoding, toBytes(data), text.data(), &size), "to encode"
        );
        text.resize(size);
        return text;
    }

    const ferry_call* call_;
    const ferry_crypto_1* table_;
};

/// Valid until the hook returns. One thread.
class Call {
  public:
    Call(const ferry_call* call, const Services& services) noexcept
        : call_(call), services_(&services) {}

    /// The wall clock at the start of the call, ms since 1970 UTC: the only clock of a plugin.
    std::int64_t nowMs() const noexcept { return call_->now_ms; }
    std::string_view account() const noexcept { return toView(call_->account); }
    std::string_view traceId() const noexcept { return toView(call_->trace_id); }
    /// Is the result no longer wanted?
    bool isCancelled() const noexcept { return call_->is_cancelled(call_) != 0; }
    Crypto crypto() const { return {call_, services_->crypto}; }

    void debug(std::string_view message) const noexcept { log(FERRY_LOG_DEBUG, message); }
    void info(std::string_view message) const noexcept { log(FERRY_LOG_INFO, message); }
    void warning(std::string_view message) const noexcept { log(FERRY_LOG_WARNING, message); }
    void error(std::string_view message) const noexcept { log(FERRY_LOG_ERROR, message); }
    void log(ferry_log_level level, std::string_view message) const noexcept {
        if (services_->log != nullptr)
            services_->log->log(call_, level, toStr(message), ferry_fields{});
    }

  private:
    const ferry_call* call_;
    const Services* services_;
};

}  // namespace ferry::sdk
