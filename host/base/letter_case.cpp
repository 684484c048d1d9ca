#include "base/letter_case.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <clocale>
#include <cwctype>

namespace ferry {
namespace {

/// Of the process for as long as it lives; 0 if there is none.
locale_t letters() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t());
    return locale;
}

}  // namespace

std::string lowerLetters(std::string_view text) {
    std::string lower;
    lower.reserve(text.size());
    while (!text.empty()) {
        const std::size_t bytes = utf8CharacterBytes(text);
        if (bytes <= 1 || letters() == locale_t()) {
            lower += lowerAscii(text.front());
            text.remove_prefix(1);
            continue;
        }
        const char32_t letter = utf8CodePoint(text.substr(0, bytes));
        appendUtf8(
            lower, static_cast<char32_t>(towlower_l(static_cast<wint_t>(letter), letters()))
        );
        text.remove_prefix(bytes);
    }
    return lower;
}

}  // namespace ferry
