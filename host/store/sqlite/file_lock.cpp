#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ferry::store::sqlite {
namespace {

/// Of the open file, not of the process: given back when it is closed, and found by F_OFD_GETLK.
struct flock wholeFile() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

/// What a person can do about it, if that is known.
const char* adviceFor(int reason) {
    const bool is_refused = reason == EACCES || reason == EPERM || reason == EROFS;
    return is_refused ? "; the user that runs the hub must be able to write there: give the folder "
                        "to that user (chown), or set data_dir in ferry.yaml to another one"
                      : "";
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& database_path) {
    const std::string path = database_path + ".lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const int reason = errno;
        return fail(
            ErrorCode::Unavailable,
            fmt::format("open lock file '{}': {}{}", path, strerror(reason), adviceFor(reason))
        );
    }
    FileLock lock(descriptor);
    struct flock wanted = wholeFile();
    if (::fcntl(descriptor, F_OFD_SETLK, &wanted) != 0) {
        const int reason = errno;
        char text[32] = {};
        const ssize_t size = ::pread(descriptor, text, sizeof text - 1, 0);
        const std::string holder = size > 0 ? fmt::format(" (process {})", text) : "";
        return fail(
            ErrorCode::Unavailable,
            reason == EAGAIN || reason == EACCES
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

Result<bool> FileLock::isTaken(const std::string& database_path) {
    const std::string path = database_path + ".lock";
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT) return false;
    struct flock found = wholeFile();
    const FileLock file(descriptor);
    if (descriptor < 0 || ::fcntl(descriptor, F_OFD_GETLK, &found) != 0) {
        return fail(
            ErrorCode::Unavailable, fmt::format("ask lock file '{}': {}", path, strerror(errno))
        );
    }
    return found.l_type != F_UNLCK;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ferry::store::sqlite
