#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace ferry {
namespace {

/// Bytes of the well-formed character at the start of `text`, or 0.
std::size_t characterBytes(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto continues = [&](std::size_t i, std::uint8_t low, std::uint8_t high) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1, 0x80, 0xBF) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const std::uint8_t low = first == 0xE0 ? 0xA0 : 0x80;   // no overlong form
        const std::uint8_t high = first == 0xED ? 0x9F : 0xBF;  // no surrogate
        return continues(1, low, high) && continues(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const std::uint8_t low = first == 0xF0 ? 0x90 : 0x80;
        const std::uint8_t high = first == 0xF4 ? 0x8F : 0xBF;  // up to U+10FFFF
        return continues(1, low, high) && continues(2, 0x80, 0xBF) && continues(3, 0x80, 0xBF) ? 4
                                                                                               : 0;
    }
    return 0;
}

}  // namespace

bool isValidUtf8(std::string_view text) noexcept {
    while (!text.empty()) {
        // Nearly all text is ASCII: eight bytes at a time.
        std::uint64_t bytes = 0;
        while (text.size() >= sizeof bytes) {
            std::memcpy(&bytes, text.data(), sizeof bytes);
            if ((bytes & 0x8080808080808080U) != 0) break;
            text.remove_prefix(sizeof bytes);
        }
        if (text.empty()) return true;
        const std::size_t size = characterBytes(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string_view truncateUtf8(std::string_view text, std::size_t bytes_max) noexcept {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}

std::string toValidUtf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = characterBytes(text);
        if (size == 0) {
            valid += "\xEF\xBF\xBD";
        } else {
            valid += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return valid;
}

}  // namespace ferry
