#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ferry::store::sqlite {

Result<FileLock> FileLock::take(const std::string& database_path) {
    const std::string path = database_path + ".lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return fail(
            ErrorCode::Unavailable, fmt::format("open lock file '{}': {}", path, strerror(errno))
        );
    }
    FileLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        char text[32] = {};
        const ssize_t size = ::pread(descriptor, text, sizeof text - 1, 0);
        const std::string holder = size > 0 ? fmt::format(" (process {})", text) : "";
        return fail(
            ErrorCode::Unavailable,
            reason == EWOULDBLOCK
                ? fmt::format(
                      "the database '{}' is in use by another hub{}: stop that one first",
                      database_path,
                      holder
                  )
                : fmt::format("lock '{}': {}", path, strerror(reason))
        );
    }
    // The number is only for the message above: failing to write it loses nothing.
    const std::string process = std::to_string(::getpid());
    if (::ftruncate(descriptor, 0) == 0) {
        [[maybe_unused]] const ssize_t written =
            ::pwrite(descriptor, process.data(), process.size(), 0);
    }
    return lock;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ferry::store::sqlite
