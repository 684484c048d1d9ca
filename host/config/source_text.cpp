#include "config/source_text.h"

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

std::size_t indentationOf(std::string_view line) noexcept {
    return std::min(line.find_first_not_of(' '), line.size());
}

std::size_t foreignSpaceBytes(std::string_view text) noexcept {
    // No-break space; spaces of a set width and of no width; narrow no-break space; word joiner;
    // ideographic space; byte order mark.
    constexpr std::array<std::string_view, 17> kSpaces = {
        "\u00A0",
        "\u2000",
        "\u2001",
        "\u2002",
        "\u2003",
        "\u2004",
        "\u2005",
        "\u2006",
        "\u2007",
        "\u2008",
        "\u2009",
        "\u200A",
        "\u200B",
        "\u202F",
        "\u2060",
        "\u3000",
        "\uFEFF"};
    if (text.empty() || static_cast<unsigned char>(text[0]) < 0x80) return 0;
    const auto* found = std::find_if(kSpaces.begin(), kSpaces.end(), [&](std::string_view space) {
        return text.starts_with(space);
    });
    return found == kSpaces.end() ? 0 : found->size();
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
    constexpr std::array<std::string_view, 13> kWords = {
        "secret",
        "token",
        "passw",
        "apikey",
        "signature",
        "private",
        "credential",
        "code",
        "pwd",
        "headers",
        "client.key",
        "bearer",
        "begin "};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
                   return std::tolower(static_cast<unsigned char>(a)) == b;
               }) != text.end();
    });
}

std::string SourceText::maskedLine(std::uint32_t number) const {
    const std::string content(line(number));
    const std::size_t colon = content.find(':');
    // The path of a URL may be all that keeps strangers from a callback.
    if (mayNameSecret(content) || content.find("://") != std::string::npos) {
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
