#pragma once
// Text forms of bytes: base64 (both alphabets), hex, percent-encoding. Decoders are strict: what
// they would not have written themselves, they refuse.

#include <optional>
#include <string>
#include <string_view>

namespace ferry {

/// Standard alphabet with padding (RFC 4648, 4).
std::string base64Encode(std::string_view bytes);
/// URL-safe alphabet without padding (RFC 4648, 5).
std::string base64UrlEncode(std::string_view bytes);
/// Either alphabet, padding optional but right if there; nullopt for anything else.
std::optional<std::string> base64Decode(std::string_view text);

/// Lower-case hex digits.
std::string hexEncode(std::string_view bytes);
/// Either case; nullopt for an odd length or another character.
std::optional<std::string> hexDecode(std::string_view text);

/// Encodes all but the unreserved characters of RFC 3986.
std::string percentEncode(std::string_view text);
/// Decodes %XX, and + as a space if `plus_is_space`; nullopt for a cut or wrong escape.
std::optional<std::string> percentDecode(std::string_view text, bool plus_is_space);

}  // namespace ferry
