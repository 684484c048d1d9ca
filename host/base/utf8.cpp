#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace ferry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// What stands for a character that is not shown as it is; empty for all others.
std::string_view substituteFor(char32_t code) {
    struct Range {
        char32_t first;
        char32_t last;
        std::string_view substitute;
    };
    static constexpr Range kRanges[] = {
        {0x00, 0x08, kReplacement},
        {0x09, 0x0D, " "},  // tab and line ends
        {0x0E, 0x1F, kReplacement},
        {0x7F, 0x84, kReplacement},
        {0x85, 0x85, " "},  // next line
        {0x86, 0x9F, kReplacement},
        {0xAD, 0xAD, kReplacement},        // soft hyphen
        {0x61C, 0x61C, kReplacement},      // direction
        {0x180E, 0x180E, kReplacement},    // no width
        {0x200B, 0x200F, kReplacement},    // no width, direction
        {0x2028, 0x2029, " "},             // line and paragraph
        {0x202A, 0x202E, kReplacement},    // direction
        {0x2060, 0x206F, kReplacement},    // no width, direction
        {0xFEFF, 0xFEFF, kReplacement},    // no width
        {0xFFF9, 0xFFFB, kReplacement},    // annotations
        {0xE0000, 0xE007F, kReplacement},  // tags
    };
    const auto* const found = std::find_if(
        std::begin(kRanges), std::end(kRanges), [&](auto& range) { return code <= range.last; }
    );
    const bool is_in = found != std::end(kRanges) && code >= found->first;
    return is_in ? found->substitute : std::string_view();
}

/// Whether eight bytes are ASCII, and none NUL if that may not be.
template <bool kMayHaveNul>
bool areAscii(const char* bytes) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101U;
    constexpr std::uint64_t kHighs = 0x8080808080808080U;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    // Where no byte has its highest bit, one less than a byte has it only if that was 0.
    const std::uint64_t marks = kMayHaveNul ? word : word | (word - kOnes);
    return (marks & kHighs) == 0;
}

/// Nearly all text is ASCII: eight bytes at a time.
template <bool kMayHaveNul>
bool isUtf8(std::string_view text) noexcept {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    const auto is_ascii = [](char c) { return static_cast<std::uint8_t>(c) < 0x80; };
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    while (!text.empty()) {
        while (text.size() >= kWord && areAscii<kMayHaveNul>(text.data()))
            text.remove_prefix(kWord);
        // The last ones once more, with some of those before them.
        const bool has_word = end - begin >= static_cast<std::ptrdiff_t>(kWord);
        if (text.size() < kWord && has_word && areAscii<kMayHaveNul>(end - kWord)) return true;
        while (!text.empty() && is_ascii(text.front())) {
            if (!kMayHaveNul && text.front() == '\0') return false;
            text.remove_prefix(1);
        }
        if (text.empty()) return true;
        const std::size_t size = utf8CharacterBytes(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

}  // namespace

std::size_t utf8CharacterBytes(std::string_view text) noexcept {
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

char32_t utf8CodePoint(std::string_view character) noexcept {
    constexpr std::array<std::uint8_t, 5> kLeadMasks = {0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t code = static_cast<std::uint8_t>(character[0]) & kLeadMasks[character.size()];
    for (const char c : character.substr(1))
        code = (code << 6U) | (static_cast<std::uint8_t>(c) & 0x3FU);
    return code;
}

void appendUtf8(std::string& text, char32_t code) {
    const auto append = [&](char32_t bits) { text += static_cast<char>(bits); };
    if (code < 0x80) return append(code);
    if (code < 0x800) {
        append(0xC0 | code >> 6U);
    } else if (code < 0x10000) {
        append(0xE0 | code >> 12U);
        append(0x80 | (code >> 6U & 0x3FU));
    } else {
        append(0xF0 | code >> 18U);
        append(0x80 | (code >> 12U & 0x3FU));
        append(0x80 | (code >> 6U & 0x3FU));
    }
    append(0x80 | (code & 0x3FU));
}

bool isValidUtf8(std::string_view text) noexcept {
    return isUtf8<true>(text);
}

bool isPlainText(std::string_view text) noexcept {
    return isUtf8<false>(text);
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
        const std::size_t size = utf8CharacterBytes(text);
        if (size == 0) {
            valid += kReplacement;
        } else {
            valid += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return valid;
}

std::string toPrintable(std::string_view text) {
    const bool is_plain =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c != 0x7F; });
    if (is_plain) return std::string(text);
    std::string printable;
    printable.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = utf8CharacterBytes(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
        const std::string_view substitute =
            size == 0 ? kReplacement : substituteFor(utf8CodePoint(character));
        printable += substitute.empty() ? character : substitute;
        text.remove_prefix(character.size());
    }
    return printable;
}

}  // namespace ferry
