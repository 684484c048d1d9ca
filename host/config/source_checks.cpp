// The checks of a text that come before any parsing.
#include "base/utf8.h"
#include "config/source_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace ferry::config {

bool SourceText::check(Diagnostics& out) const {
    if (text_.size() > kFileBytesMax) {
        out.add(
            {.file = name_,
             .message = fmt::format("the file is larger than {} MiB", kFileBytesMax >> 20),
             .suggestion = "split it into several files"}
        );
        return false;
    }
    return checkBytes(out) && checkIndentation(out);
}

namespace {

/// Length of the start of `text` that is well-formed.
std::size_t goodUtf8Bytes(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80 ? 1 : (lead < 0xE0 ? 2 : (lead < 0xF0 ? 3 : 4));
        if (!isValidUtf8(text.substr(at, length))) return at;
        at += length;
    }
    return at;
}

}  // namespace

bool SourceText::checkBytes(Diagnostics& out) const {
    const auto isUnwanted = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
               c == 0x7F;
    };
    const bool is_utf8 = isValidUtf8(text_);
    if (is_utf8 && text_.find('\r') == std::string::npos &&
        std::none_of(text_.begin(), text_.end(), isUnwanted)) {
        return true;
    }
    for (std::uint32_t number = 1; number <= lineCount(); ++number) {
        const std::string_view content = line(number);
        const auto bad = std::find_if(content.begin(), content.end(), [&](char c) {
            return isUnwanted(c) || c == '\r';
        });
        const bool is_line_utf8 = isValidUtf8(content);
        if (is_line_utf8 && bad == content.end()) continue;
        Diagnostic found{.file = name_, .line = number, .column = 1};
        const std::string_view start = std::string_view(text_).substr(0, 2);
        // As UTF-16 begins, with its mark or without.
        if (start == "\xFF\xFE" || start == "\xFE\xFF" || start.find('\0') != start.npos) {
            found.message = "this is not UTF-8 text";
            found.suggestion = "save the file as UTF-8";
        } else if (!is_line_utf8) {
            const std::size_t good = goodUtf8Bytes(content);
            found.column = static_cast<std::uint32_t>(good) + 1;
            found.message = "this is not UTF-8 text";
            found.suggestion = "save the file as UTF-8";
        } else {
            found.column = static_cast<std::uint32_t>(bad - content.begin()) + 1;
            found.message = fmt::format(
                "the control character 0x{:02x} is not allowed", static_cast<unsigned char>(*bad)
            );
            found.suggestion = "remove it";
        }
        out.add(std::move(found));
        return false;
    }
    return true;
}

namespace {

/// Where the first thing stands that a person sees; the line's size if there is none.
std::size_t firstVisible(std::string_view line) {
    std::size_t at = 0;
    while (at < line.size()) {
        const bool is_blank = line[at] == ' ' || line[at] == '\t';
        const std::size_t bytes = is_blank ? 1 : foreignSpaceBytes(line.substr(at));
        if (bytes == 0) break;
        at += bytes;
    }
    return at;
}

/// True if the line ends with `|` or `>` as the start of a block of text.
bool startsBlockText(std::string_view line) {
    const std::size_t comment = line.find(" #");
    if (comment != line.npos) line = line.substr(0, comment);
    std::size_t end = line.find_last_not_of(" \t");
    while (end != line.npos && end > 0 &&
           (line[end] == '+' || line[end] == '-' ||
            std::isdigit(static_cast<unsigned char>(line[end])) != 0)) {
        --end;
    }
    if (end == line.npos || end == 0) return false;
    return (line[end] == '|' || line[end] == '>') && line[end - 1] == ' ';
}

}  // namespace

bool SourceText::checkIndentation(Diagnostics& out) const {
    bool is_good = true;
    bool is_block = false;
    std::size_t block_indentation = 0;
    for (std::uint32_t number = 1; number <= lineCount(); ++number) {
        const std::string_view content = line(number);
        const std::size_t first = firstVisible(content);
        if (first == content.size()) continue;
        const std::size_t indentation = indentationOf(content);
        if (is_block && indentation > block_indentation) continue;
        is_block = startsBlockText(content);
        block_indentation = indentation;
        if (indentation == first || content[first] == '#') continue;
        is_good = false;
        out.add(
            {.file = name_,
             .line = number,
             .column = static_cast<std::uint32_t>(indentation) + 1,
             .message = content[indentation] == '\t'
                            ? "a tab is used as indentation"
                            : "a character that only looks like a space is used as indentation",
             .suggestion = "indent with spaces",
             .source_line = maskedLine(number)}
        );
    }
    return is_good;
}

}  // namespace ferry::config
