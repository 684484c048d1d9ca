#pragma once
// Small pure helpers on text: percent-encoding, forms, times, UTF-8, and what of a foreign text may
// be shown in a message.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ferry::dropbox {

/// Everything but RFC 3986's unreserved characters becomes %XX.
std::string percentEncode(std::string_view text);

/// The inverse for query values, where '+' is a space; nullopt if a '%' is not followed by two hex
/// digits.
std::optional<std::string> percentDecode(std::string_view text);

/// The decoded value of the first parameter `name` of a raw query; nullopt if it is not there or
/// badly encoded.
std::optional<std::string> queryValue(std::string_view query, std::string_view name);

/// Builds "a=1&b=2", percent-encoded: a form body or a query.
class FormBuilder {
  public:
    FormBuilder& add(std::string_view name, std::string_view value);
    /// Leaves the field out if `value` is empty.
    FormBuilder& addIfSet(std::string_view name, std::string_view value);
    const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

/// "2026-01-31T12:00:00Z" in ms since 1970 UTC; nullopt for any other form or an impossible date.
std::optional<std::int64_t> parseUtcTime(std::string_view text) noexcept;

/// Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
bool isUtf8(std::string_view bytes) noexcept;

/// Non-negative decimal number of at most 9 digits, or nullopt.
std::optional<std::int64_t> parseCount(std::string_view text) noexcept;

/// FNV-1a, 64 bits, as 16 hex digits: tells texts apart, keeps no secrets.
std::string fingerprint(std::string_view text);

/// The start of a foreign text, fit for a message: `secrets` become "***", whatever is not
/// printable ASCII a space, runs of spaces one space; at most `bytes_max` bytes.
std::string excerpt(
    std::string_view text, std::span<const std::string_view> secrets, std::size_t bytes_max = 200
);

}  // namespace ferry::dropbox
