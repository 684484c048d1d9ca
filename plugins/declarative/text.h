#pragma once
// Small pure helpers on text.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::declarative {

inline bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}
inline char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
inline char upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Ms since 1970 UTC of a time in RFC 3339 (also with a blank in place of the T, and with " UTC" or
/// "+0000" as the zone), or of a number: seconds, or ms if it has more than 11 digits. Nothing
/// outside of the years 1 to 9999: the host refuses all of a page for one such time.
std::optional<std::int64_t> parseTime(std::string_view text) noexcept;

/// Ms since 1970 UTC of the header Date: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::optional<std::int64_t> parseHttpDate(std::string_view text) noexcept;

/// "2026-01-02T03:04:05Z": whole seconds, rounded down.
std::string formatTime(std::int64_t ms);

/// The payload of a JWT, which is JSON if it is one (RFC 7519); nullopt if `text` is none. The
/// signature is not looked at: this is for what came from its issuer over TLS, of which OpenID
/// Connect Core 3.1.3.7 says that it need not be.
std::optional<std::string> jwtPayload(std::string_view text);

/// Everything but RFC 3986's unreserved characters becomes %XX.
std::string percentEncode(std::string_view text);

/// Base64 with padding (RFC 4648, 4).
std::string base64(std::string_view bytes);

/// A name or value of a form or query, without its encoding; nullopt if that is wrong.
std::optional<std::string> formDecoded(std::string_view text);

/// The decoded value of the first parameter `name` of a raw query; nullopt if it is not there or
/// badly encoded.
std::optional<std::string> queryValue(std::string_view query, std::string_view name);

/// `text` on one line, printable: without control characters, those of a terminal or of the
/// direction of text as well.
std::string oneLine(std::string_view text);

/// How many of at most `bytes_max` bytes of UTF-8 are whole characters.
std::size_t wholeCharacters(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace ferry::declarative
