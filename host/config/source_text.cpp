#include "config/source_text.h"

#include "base/utf8.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

namespace ferry::config {

namespace {

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    int get() const noexcept { return fd_; }

  private:
    int fd_;
};

tl::unexpected<Error> failFromErrno(const std::filesystem::path& path, int number) {
    ErrorCode code = ErrorCode::Unavailable;
    if (number == ENOENT || number == ENOTDIR) code = ErrorCode::NotFound;
    if (number == EACCES || number == EPERM) code = ErrorCode::PermissionDenied;
    return fail(code, fmt::format("can't read '{}': {}", path.string(), std::strerror(number)));
}

}  // namespace

Result<std::string> readFileBounded(const std::filesystem::path& path, std::size_t bytes_max) {
    // Without O_NONBLOCK, opening a pipe nobody writes to would wait forever.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return failFromErrno(path, errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return failFromErrno(path, errno);
    if (!S_ISREG(status.st_mode)) {
        return fail(
            ErrorCode::InvalidArgument, fmt::format("'{}' is not a regular file", path.string())
        );
    }
    std::string text;
    text.reserve(std::min(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)), bytes_max));
    std::array<char, std::size_t{64} << 10> buffer{};
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failFromErrno(path, errno);
        if (count == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(count));
        if (text.size() > bytes_max) {
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format("'{}' is larger than {} bytes", path.string(), bytes_max)
            );
        }
    }
}

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) {
        text_.erase(0, kByteOrderMark.size());
    }
    line_starts_.push_back(0);
    for (std::size_t at = text_.find('\n'); at != std::string::npos;
         at = text_.find('\n', at + 1)) {
        line_starts_.push_back(at + 1);
    }
}

std::string_view SourceText::line(std::uint32_t number) const noexcept {
    if (number == 0 || number > line_starts_.size()) return {};
    const std::size_t start = line_starts_[number - 1];
    std::size_t end = number < line_starts_.size() ? line_starts_[number] - 1 : text_.size();
    if (end > start && text_[end - 1] == '\r') --end;
    return std::string_view(text_).substr(start, end - start);
}

std::string_view SourceText::from(std::uint32_t line, std::uint32_t column) const noexcept {
    if (line == 0 || column == 0 || line > line_starts_.size()) return {};
    const std::size_t at = line_starts_[line - 1] + column - 1;
    return at < text_.size() ? std::string_view(text_).substr(at) : std::string_view();
}

bool SourceText::check(Diagnostics& out) const {
    if (text_.size() > kFileBytesMax) {
        out.add(
            {.file = name_,
             .message = fmt::format("the file is larger than {} MiB", kFileBytesMax >> 20),
             .suggestion = "split it into several files"}
        );
        return false;
    }
    return checkBytes(out) && checkTabs(out);
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

std::size_t indentationOf(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
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

bool SourceText::checkTabs(Diagnostics& out) const {
    if (text_.find('\t') == std::string::npos) return true;
    bool is_good = true;
    bool is_block = false;
    std::size_t block_indentation = 0;
    for (std::uint32_t number = 1; number <= lineCount(); ++number) {
        const std::string_view content = line(number);
        const std::size_t first = content.find_first_not_of(" \t");
        if (first == content.npos) continue;
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
             .message = "a tab is used as indentation",
             .suggestion = "indent with spaces",
             .source_line = maskedLine(number)}
        );
    }
    return is_good;
}

std::size_t quotedBytes(std::string_view text) noexcept {
    if (text.empty() || (text[0] != '"' && text[0] != '\'')) return 0;
    const char quote = text[0];
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (quote == '"' && text[at] == '\\') {
            ++at;
        } else if (text[at] == quote) {
            if (quote == '"' || at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
            ++at;
        }
    }
    return 0;
}

bool mayNameSecret(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 9> kWords = {
        "secret", "token", "passw", "apikey", "signature", "private", "credential", "code", "pwd"};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
                   return std::tolower(static_cast<unsigned char>(a)) == b;
               }) != text.end();
    });
}

std::string SourceText::maskedLine(std::uint32_t number) const {
    const std::string content(line(number));
    const std::size_t colon = content.find(':');
    if (mayNameSecret(content)) {
        if (colon == std::string::npos) return std::string(indentationOf(content), ' ') + "***";
        const std::size_t value = content.find_first_not_of(' ', colon + 1);
        if (value == std::string::npos) return content;
        return content.substr(0, value) + "***";
    }
    // A line of a text over several lines: the key that owns it stands above, less indented.
    if (number == 0 || number > lineCount()) return content;
    constexpr std::uint32_t kLinesMax = 200;
    std::size_t indentation = indentationOf(content);
    for (std::uint32_t up = number - 1; up > 0 && number - up < kLinesMax; --up) {
        const std::string_view above = line(up);
        if (above.find_first_not_of(' ') == above.npos) continue;
        const std::size_t above_indentation = indentationOf(above);
        const bool is_keyed = colon != std::string::npos;
        if (above_indentation >= indentation && (is_keyed || above.find(':') == above.npos)) {
            continue;
        }
        if (mayNameSecret(above)) return std::string(indentationOf(content), ' ') + "***";
        if (above_indentation == 0) break;
        indentation = std::min(indentation, above_indentation);
    }
    return content;
}

}  // namespace ferry::config
