#include "base/encoding.h"

#include <array>
#include <cstdint>

namespace ferry {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string encode64(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8U | (i < count ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i <= count; ++i) {
            out.push_back(alphabet[group >> (18U - 6U * i) & 63U]);
        }
        if (padded) out.append(3 - count, '=');
    }
    return out;
}

constexpr std::array<std::int8_t, 256> decodeTable() {
    std::array<std::int8_t, 256> table{};
    for (auto& entry : table)
        entry = -1;
    for (std::size_t i = 0; i < 64; ++i) {
        table[static_cast<std::uint8_t>(kStandard[i])] = static_cast<std::int8_t>(i);
        table[static_cast<std::uint8_t>(kUrlSafe[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}
constexpr auto kDecode = decodeTable();

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool isUnreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string base64Encode(std::string_view bytes) {
    return encode64(bytes, kStandard, true);
}

std::string base64UrlEncode(std::string_view bytes) {
    return encode64(bytes, kUrlSafe, false);
}

std::optional<std::string> base64Decode(std::string_view text) {
    if (text.size() % 4 == 0) {
        if (text.ends_with("==")) {
            text.remove_suffix(2);
        } else if (text.ends_with('=')) {
            text.remove_suffix(1);
        }
    }
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const int value = kDecode[static_cast<std::uint8_t>(c)];
        if (value < 0) return std::nullopt;
        bits = bits << 6U | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<char>(bits >> count & 0xFFU));
        }
    }
    // Left-over bits must be zero, or two texts would mean the same bytes.
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

std::string hexEncode(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        out.push_back(kHexDigits[static_cast<std::uint8_t>(c) >> 4U]);
        out.push_back(kHexDigits[static_cast<std::uint8_t>(c) & 15U]);
    }
    return out;
}

std::optional<std::string> hexDecode(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const int high = hexValue(text[at]);
        const int low = hexValue(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
    }
    return out;
}

std::string percentEncode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (isUnreserved(c)) {
            out.push_back(c);
        } else {
            out.push_back('%');
            out.push_back("0123456789ABCDEF"[static_cast<std::uint8_t>(c) >> 4U]);
            out.push_back("0123456789ABCDEF"[static_cast<std::uint8_t>(c) & 15U]);
        }
    }
    return out;
}

std::optional<std::string> percentDecode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus_is_space) {
            out.push_back(' ');
        } else if (text[at] != '%') {
            out.push_back(text[at]);
        } else {
            if (at + 2 >= text.size()) return std::nullopt;
            const int high = hexValue(text[at + 1]);
            const int low = hexValue(text[at + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out.push_back(static_cast<char>(high * 16 + low));
            at += 2;
        }
    }
    return out;
}

}  // namespace ferry
