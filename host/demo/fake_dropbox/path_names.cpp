#include "demo/fake_dropbox/path_names.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <Poco/UTF8String.h>

#include <array>
#include <utility>

namespace ferry::demo {
namespace {

constexpr std::size_t kNameBytesMax = 255;

// Combining marks in the order of the columns below: grave, acute, circumflex, tilde, diaeresis,
// ring, cedilla (U+0300 U+0301 U+0302 U+0303 U+0308 U+030A U+0327).
constexpr std::array<std::string_view, 7> kMarks = {
    "\xCC\x80", "\xCC\x81", "\xCC\x82", "\xCC\x83", "\xCC\x88", "\xCC\x8A", "\xCC\xA7"};
constexpr std::array<std::pair<char, std::array<std::string_view, 7>>, 16> kComposed = {{
    {'a', {"à", "á", "â", "ã", "ä", "å", ""}},
    {'A', {"À", "Á", "Â", "Ã", "Ä", "Å", ""}},
    {'e', {"è", "é", "ê", "", "ë", "", ""}},
    {'E', {"È", "É", "Ê", "", "Ë", "", ""}},
    {'i', {"ì", "í", "î", "", "ï", "", ""}},
    {'I', {"Ì", "Í", "Î", "", "Ï", "", ""}},
    {'o', {"ò", "ó", "ô", "õ", "ö", "", ""}},
    {'O', {"Ò", "Ó", "Ô", "Õ", "Ö", "", ""}},
    {'u', {"ù", "ú", "û", "", "ü", "", ""}},
    {'U', {"Ù", "Ú", "Û", "", "Ü", "", ""}},
    {'n', {"", "", "", "ñ", "", "", ""}},
    {'N', {"", "", "", "Ñ", "", "", ""}},
    {'c', {"", "", "", "", "", "", "ç"}},
    {'C', {"", "", "", "", "", "", "Ç"}},
    {'y', {"", "ý", "", "", "ÿ", "", ""}},
    {'Y', {"", "Ý", "", "", "", "", ""}},
}};

std::string_view composedLetter(char letter, std::string_view mark) {
    for (const auto& [base, letters] : kComposed) {
        if (base != letter) continue;
        for (std::size_t at = 0; at < kMarks.size(); ++at) {
            if (kMarks[at] == mark) return letters[at];
        }
    }
    return {};
}

std::string compose(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view letter = at + 2 < text.size()
                                            ? composedLetter(text[at], text.substr(at + 1, 2))
                                            : std::string_view();
        if (letter.empty()) {
            out.push_back(text[at]);
        } else {
            out += letter;
            at += 2;
        }
    }
    return out;
}

bool isAscii(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    }
    return true;
}

}  // namespace

std::string lowerPath(std::string_view path) {
    if (!isAscii(path)) return Poco::UTF8::toLower(compose(path));
    return lowerAscii(path);
}

std::string_view parentOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view nameOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<std::string> pathProblem(std::string_view path) {
    if (path.empty()) return std::nullopt;
    if (path == "/") return "Specify the root folder as an empty string rather than as \"/\".";
    if (path.front() != '/')
        return "did not match pattern '(/(.|[\\r\\n])*)?|id:.*|(ns:[0-9]+(/.*)?)'";
    if (!isValidUtf8(path)) return "is not valid UTF-8";
    std::string_view rest = path.substr(1);
    while (true) {
        const std::string_view name = rest.substr(0, rest.find('/'));
        if (name.empty() || name == "." || name == "..") return "malformed_path";
        if (name.size() > kNameBytesMax) return "malformed_path";
        if (name.size() == rest.size()) return std::nullopt;
        rest.remove_prefix(name.size() + 1);
    }
}

bool isAtOrBelow(std::string_view path, std::string_view folder) {
    return path.substr(0, folder.size()) == folder &&
           (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace ferry::demo
