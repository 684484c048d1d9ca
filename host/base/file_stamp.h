#pragma once
// Tells that a file was changed or replaced, without reading it.

#include <cstdint>
#include <filesystem>

namespace ferry {

/// What the file system says about a file. What is written over in place with the same size and
/// time of change is not told apart.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;         ///< bytes; 0 of what is no plain file, -1: nothing is there
    std::int64_t modified_at = -1;  ///< ns since 1970

    bool operator==(const FileStamp&) const = default;
};

/// Of what is at `path` now, behind links. Threads: any.
FileStamp stampOf(const std::filesystem::path& path) noexcept;

}  // namespace ferry
