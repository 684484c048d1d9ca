#pragma once
// UTF-8 validation, cutting, and cleaning for people's eyes.

#include <cstddef>
#include <string>
#include <string_view>

namespace ferry {

/// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates; RFC 3629).
bool isValidUtf8(std::string_view text) noexcept;

/// The same, and without NUL: what can be a text to everybody, languages of C among them.
bool isPlainText(std::string_view text) noexcept;

/// Bytes of the well-formed character at the start of `text`, which is not empty; 0 if there is
/// none.
std::size_t utf8CharacterBytes(std::string_view text) noexcept;

/// The code point of a well-formed character.
char32_t utf8CodePoint(std::string_view character) noexcept;

/// Appends the character of a code point, which must be one (no surrogate).
void appendUtf8(std::string& text, char32_t code);

/// The longest prefix of at most `bytes_max` bytes that does not cut a character.
std::string_view truncateUtf8(std::string_view text, std::size_t bytes_max) noexcept;

/// `text` with U+FFFD in place of each byte that belongs to no well-formed character.
std::string toValidUtf8(std::string_view text);

/// `text`, which may come from anybody, as a part of one line that shows what it holds: line ends
/// and tabs become spaces, and U+FFFD stands for what a terminal would obey or not show (other
/// control characters, C1 among them, marks of the writing direction, characters without width) and
/// for bytes that are not UTF-8. Letters of all scripts stay.
std::string toPrintable(std::string_view text);

}  // namespace ferry
