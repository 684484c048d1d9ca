#include "api/plain_text.h"

#include "base/ascii.h"

#include <algorithm>

namespace ferry::api {
namespace {

bool beginsMarkup(std::string_view text) {
    if (text.size() < 2 || text[0] != '<') return false;
    const char next = lowerAscii(text[1]);
    return (next >= 'a' && next <= 'z') || next == '/' || next == '!' || next == '?';
}

/// Bytes of the markup that `text` begins with; all of it if it does not end.
std::size_t markupBytes(std::string_view text) {
    const std::string lower = lowerAscii(text.substr(0, 8));
    for (const std::string_view element : {"script", "style"}) {
        if (!std::string_view(lower).substr(1).starts_with(element)) continue;
        const std::string all = lowerAscii(text);
        const std::size_t close = all.find("</" + std::string(element));
        if (close == std::string::npos) return text.size();
        const std::size_t end = text.find('>', close);
        return end == std::string_view::npos ? text.size() : end + 1;
    }
    const std::size_t end = text.find('>');
    return end == std::string_view::npos ? text.size() : end + 1;
}

std::string withoutMarkup(std::string_view text) {
    std::string kept;
    while (!text.empty()) {
        if (beginsMarkup(text)) {
            text.remove_prefix(markupBytes(text));
            continue;
        }
        kept += text.front();
        text.remove_prefix(1);
    }
    return kept;
}

}  // namespace

std::string toPlainText(std::string_view text) {
    std::string plain(text);
    // "<<b>script>" has markup again once the inner one is out; each round makes it shorter.
    for (std::string next; (next = withoutMarkup(plain)) != plain;)
        plain = std::move(next);
    std::replace_if(plain.begin(), plain.end(), isControl, ' ');
    const std::size_t first = plain.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return plain.substr(first, plain.find_last_not_of(' ') - first + 1);
}

}  // namespace ferry::api
