#pragma once
// The text of one configuration file: bounded reading, the checks that come before any parsing
// (size, UTF-8, control characters, tabs), and its lines, masked where they could hold a secret.

#include "base/result.h"
#include "config/diagnostic.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// 10,000 instances take 4 MiB; ten times the largest imaginable file is still parsed.
inline constexpr std::size_t kFileBytesMax = std::size_t{64} << 20;

/// Reads a regular file of at most `bytes_max` bytes.
/// Errors: NotFound; PermissionDenied; InvalidArgument for another kind of file (a folder, a pipe)
/// or a larger one; Unavailable for any other fault. The text says what to do.
Result<std::string> readFileBounded(const std::filesystem::path& path, std::size_t bytes_max);

/// An immutable text with its name and line starts. Lines and columns count from 1.
class SourceText {
  public:
    /// `name` is what findings call the file. A byte order mark is dropped.
    SourceText(std::string name, std::string text);

    const std::string& name() const noexcept { return name_; }
    /// Of the file; relative paths in it begin there.
    std::filesystem::path folder() const { return std::filesystem::path(name_).parent_path(); }
    const std::string& text() const noexcept { return text_; }
    std::uint32_t lineCount() const noexcept {
        return static_cast<std::uint32_t>(line_starts_.size());
    }
    /// The line without its line end; empty for a line that is not there.
    std::string_view line(std::uint32_t number) const noexcept;
    /// The text from a place on; empty for a place that is not there.
    std::string_view from(std::uint32_t line, std::uint32_t column) const noexcept;

    /// Reports size, bytes that are not UTF-8, control characters, and tabs and spaces of other
    /// kinds used as indentation.
    /// False if the text must not be parsed.
    bool check(Diagnostics& out) const;

    /// The line, with everything masked that follows a key which may name a secret, also if the
    /// key stands lines above. Safe to print.
    std::string maskedLine(std::uint32_t number) const;

  private:
    bool checkBytes(Diagnostics& out) const;
    bool checkIndentation(Diagnostics& out) const;

    std::string name_;
    std::string text_;
    std::vector<std::size_t> line_starts_;
};

/// Bytes of the quoted text that `text` begins with, its quotes included; 0 if it begins with no
/// quote, or that quote has no end.
std::size_t quotedBytes(std::string_view text) noexcept;

/// Spaces before the first other character; the line's size if there is none.
std::size_t indentationOf(std::string_view line) noexcept;

/// Bytes of the character that `text` begins with if it looks like a space, or like nothing, and is
/// none to YAML, such as a no-break space; else 0.
std::size_t foreignSpaceBytes(std::string_view text) noexcept;

/// True if a key of this name may hold something that must not be shown.
bool mayNameSecret(std::string_view text) noexcept;

}  // namespace ferry::config
