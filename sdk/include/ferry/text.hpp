#pragma once
// What the host takes for a text: plugins that are given anything ask before they hand it on. And
// how a text of somebody else gets into a URL.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::sdk {

/// True if the host takes `text` for an id, a path or a name: not empty, at most `bytes_max` bytes,
/// well-formed UTF-8 (RFC 3629), no NUL. The limit is that of ids; paths may have 32 KiB, names 8.
inline bool isText(std::string_view text, std::size_t bytes_max = 1024) noexcept {
    if (text.empty() || text.size() > bytes_max) return false;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<std::uint8_t>(text[i++]);
        if (first == 0 || (first >= 0x80 && first < 0xc2) || first > 0xf4) return false;
        const std::size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        if (more > text.size() - i) return false;
        for (std::size_t k = 0; k < more; ++k) {
            const auto next = static_cast<std::uint8_t>(text[i++]);
            // Overlong forms, surrogates and what lies behind Unicode show in the second byte.
            const std::uint8_t least = k > 0           ? 0x80
                                       : first == 0xe0 ? 0xa0
                                       : first == 0xf0 ? 0x90
                                                       : 0x80;
            const std::uint8_t most = k > 0           ? 0xbf
                                      : first == 0xed ? 0x9f
                                      : first == 0xf4 ? 0x8f
                                                      : 0xbf;
            if (next < least || next > most) return false;
        }
    }
    return true;
}

/// `text` as a part of a URL, or a value of a query or form: all bytes but letters, digits, '-',
/// '.',
/// '_' and '~' as %XX (RFC 3986, section 2).
inline std::string urlEncoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                              c == '~';
        const auto byte = static_cast<std::uint8_t>(c);
        if (is_plain)
            encoded += c;
        else
            (encoded += '%').append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    }
    return encoded;
}

}  // namespace ferry::sdk
