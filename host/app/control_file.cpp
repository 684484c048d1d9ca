#include "app/control_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ferry::app {
namespace {

constexpr std::size_t kBytesMax = 1'024;

Error cantUse(std::string_view what, const std::filesystem::path& path, int reason) {
    const ErrorCode code = reason == ENOENT   ? ErrorCode::NotFound
                           : reason == EACCES ? ErrorCode::PermissionDenied
                                              : ErrorCode::Unavailable;
    return {code, fmt::format("can't {} {}: {}", what, path.string(), std::strerror(reason))};
}

/// The text of a file that is its owner's alone.
Result<std::string> readPrivate(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (file < 0) return fail(cantUse("read", path, errno));
    struct stat info {};
    std::string text(kBytesMax, '\0');
    const bool is_known = ::fstat(file, &info) == 0;
    const ssize_t size = is_known ? ::read(file, text.data(), text.size()) : -1;
    const int reason = errno;
    ::close(file);
    if (size < 0) return fail(cantUse("read", path, reason));
    const bool is_private = S_ISREG(info.st_mode) && (info.st_mode & 0077U) == 0;
    if (!is_private) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format("{} is not a file for its owner alone; it is not used", path.string())
        );
    }
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace

std::filesystem::path controlFilePath(const config::HubConfig& config) {
    return config.data_dir / "control";
}

Status writeControlFile(const std::filesystem::path& path, const ControlFile& content) {
    const std::string text = fmt::format("{}\n{}\n", content.url, content.key.reveal());
    // Written beside and renamed, so that nobody reads a half one. It need not outlive a crash.
    const std::string draft = path.string() + ".new";
    ::unlink(draft.c_str());
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool is_written =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    int reason = errno;
    if (file >= 0) ::close(file);
    if (is_written && std::rename(draft.c_str(), path.c_str()) == 0) return {};
    if (is_written) reason = errno;
    ::unlink(draft.c_str());
    return fail(cantUse("write", path, reason));
}

Result<ControlFile> readControlFile(const std::filesystem::path& path) {
    FERRY_TRY_ASSIGN(const std::string text, readPrivate(path));
    const std::size_t url_end = text.find('\n');
    const std::size_t key_end =
        url_end == std::string::npos ? url_end : text.find('\n', url_end + 1);
    const bool is_good = key_end != std::string::npos && key_end + 1 == text.size() &&
                         text.starts_with("http://") && key_end > url_end + 1;
    if (!is_good) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("{} was not written by a hub; start the hub again", path.string())
        );
    }
    return ControlFile{
        text.substr(0, url_end), Secret(text.substr(url_end + 1, key_end - url_end - 1))};
}

void removeControlFile(const std::filesystem::path& path) {
    ::unlink(path.c_str());
}

}  // namespace ferry::app
