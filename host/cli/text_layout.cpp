#include "cli/text_layout.h"

#include "base/utf8.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace ferry::cli {

namespace {

std::size_t characterCount(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

std::size_t outputColumns() {
    constexpr std::size_t kLeast = 60;
    constexpr std::size_t kMost = 100;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kMost;
    return std::clamp<std::size_t>(size.ws_col, kLeast, kMost);
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
    const std::string clean = toPrintable(text);
    std::string_view rest = clean;
    std::string out(rest.substr(0, std::min(rest.find_first_not_of(' '), rest.size())));
    rest.remove_prefix(out.size());
    std::size_t used = out.size();
    bool is_first_word = true;
    while (!rest.empty()) {
        // A word keeps the spaces in front of it, which make columns, unless a line ends there.
        const std::size_t start = std::min(rest.find_first_not_of(' '), rest.size());
        const std::size_t end = std::min(rest.find(' ', start), rest.size());
        const std::string_view word = rest.substr(start, end - start);
        const std::size_t needed = start + characterCount(word);
        if (!is_first_word && used + needed > columns) {
            out.append("\n").append(indent, ' ').append(word);
            used = indent + characterCount(word);
        } else {
            out.append(rest.substr(0, end));
            used += needed;
        }
        is_first_word = false;
        rest.remove_prefix(end);
    }
    return out + "\n";
}

}  // namespace ferry::cli
