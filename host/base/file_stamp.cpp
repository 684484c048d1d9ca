#include "base/file_stamp.h"

#include <sys/stat.h>

namespace ferry {

FileStamp stampOf(const std::filesystem::path& path) noexcept {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return {};
    FileStamp stamp;
    stamp.device = info.st_dev;
    stamp.inode = info.st_ino;
    stamp.size = S_ISREG(info.st_mode) ? info.st_size : 0;
    stamp.modified_at = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
    return stamp;
}

}  // namespace ferry
