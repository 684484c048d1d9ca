#include "app/key_file.h"

#include "base/encoding.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ferry::app {
namespace {

constexpr std::string_view kMetaKeyId = "encryption.key_id";

std::string systemError() {
    return std::strerror(errno);
}

class OpenFile {
  public:
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    ~OpenFile() {
        if (isOpen()) ::close(descriptor_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    bool isOpen() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }

  private:
    const int descriptor_;
};

/// Why the file could not be opened (errno), and what helps.
Error cantOpen(const std::filesystem::path& path) {
    const int reason = errno;
    const std::string what =
        fmt::format("can't read key file {}: {}", path.string(), std::strerror(reason));
    if (reason == ENOENT) return {ErrorCode::NotFound, what};
    if (reason == EACCES) {
        return {
            ErrorCode::PermissionDenied,
            fmt::format(
                "{}: let user {}, as which this program runs, own it and enter its folders",
                what,
                ::geteuid()
            )};
    }
    return {ErrorCode::Unavailable, what + ": set encryption.key_file to where the key is"};
}

/// The text, as far as a key can reach: what is longer is none.
Result<std::string> readAll(const OpenFile& file, const std::filesystem::path& path) {
    constexpr std::size_t kBytesMax = 256;
    std::string text(kBytesMax, '\0');
    const ssize_t size = ::read(file.descriptor(), text.data(), text.size());
    if (size < 0) return fail(cantOpen(path));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace

std::error_code makePrivateFolder(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::create_directories(path, error)) {
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    }
    return error;
}

Status writeKeyFile(const std::filesystem::path& path, Random& random) {
    std::error_code ignored;  // what can't be looked at can't be written, and that says why
    if (std::filesystem::exists(path, ignored)) {
        return fail(ErrorCode::Conflict, fmt::format("key file {} exists already", path.string()));
    }
    // If it can't be made, writing the file says so.
    if (path.has_parent_path()) static_cast<void>(makePrivateFolder(path.parent_path()));

    std::string raw(SealingKey::kBytes, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    std::string text = hexEncode(raw) + "\n";
    wipe(raw);

    // Written beside and renamed, so that a crash leaves no half key.
    const std::string draft = path.string() + ".new";
    ::unlink(draft.c_str());
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool is_written =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    std::string why = systemError();
    if (file >= 0) ::close(file);
    wipe(text);
    if (is_written && ::link(draft.c_str(), path.c_str()) != 0) {
        is_written = false;
        why = systemError();
    }
    ::unlink(draft.c_str());
    if (!is_written) {
        return fail(
            ErrorCode::Unavailable, fmt::format("can't write key file {}: {}", path.string(), why)
        );
    }
    return {};
}

Result<SealingKey> readKeyFile(const std::filesystem::path& path) {
    // Does not wait for the other end, should it be a pipe.
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info {};
    if (!file.isOpen() || ::fstat(file.descriptor(), &info) != 0) return fail(cantOpen(path));
    if (!S_ISREG(info.st_mode)) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "key file {} is {}: set encryption.key_file to the file that holds the key",
                path.string(),
                S_ISDIR(info.st_mode) ? "a folder" : "no regular file"
            )
        );
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format(
                "key file {} may be read by others: run 'chmod 600 {}'",
                path.string(),
                path.string()
            )
        );
    }
    FERRY_TRY_ASSIGN(std::string text, readAll(file, path));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    const auto raw = hexDecode(text);
    wipe(text);
    if (!raw || raw->size() != SealingKey::kBytes) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "key file {} does not hold a key (64 hex digits): put the right file back from its "
                "backup, or set encryption.key_file to where it is",
                path.string()
            )
        );
    }
    return SealingKey::fromBytes(*raw);
}

Result<SealingKey> readKeyOfStore(const std::filesystem::path& path, store::MetaStore& meta) {
    FERRY_TRY_ASSIGN(const auto wanted, meta.get(kMetaKeyId));
    Result<SealingKey> read = readKeyFile(path);
    if (!wanted) return read;
    if (!read && read.error().code == ErrorCode::NotFound) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format(
                "the store was sealed with key {}, but key file {} is missing: put the "
                "file back from its backup, or set encryption.key_file to where it is",
                *wanted,
                path.string()
            )
        );
    }
    if (read && *wanted != read->id()) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format(
                "the store was sealed with key {}, but {} holds key {}: put the right file "
                "back from its backup, or set data_dir to the store of this key",
                *wanted,
                path.string(),
                read->id()
            )
        );
    }
    return read;
}

Result<SealingKey> keyForStore(
    const std::filesystem::path& path, store::MetaStore& meta, Random& random
) {
    Result<SealingKey> read = readKeyOfStore(path, meta);
    if (!read && read.error().code == ErrorCode::NotFound) {
        FERRY_TRY(writeKeyFile(path, random));
        read = readKeyFile(path);
    }
    FERRY_TRY_ASSIGN(SealingKey key, std::move(read));
    FERRY_TRY_ASSIGN(const auto known, meta.get(kMetaKeyId));
    if (!known) FERRY_TRY(meta.put(kMetaKeyId, key.id()));
    return key;
}

}  // namespace ferry::app
