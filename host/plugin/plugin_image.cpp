#include "plugin/plugin_image.h"

#include "plugin/limits.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ferry::plugin {
namespace {

/// Closes on the way out unless released.
class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const noexcept { return number_; }
    int release() noexcept { return std::exchange(number_, -1); }

  private:
    int number_;
};

bool copyAll(int from, int to, std::size_t size) {
    for (std::size_t left = size; left > 0;) {
        const ssize_t sent = ::sendfile(to, from, nullptr, left);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;  // the file became shorter, or there is no memory
        left -= static_cast<std::size_t>(sent);
    }
    return true;
}

tl::unexpected<Refusal> unreadable(const std::filesystem::path& path, std::string_view why) {
    return refuse(
        "library-unreadable",
        fmt::format("{}: {}; mend the file or its permissions", path.string(), why)
    );
}

}  // namespace

Loaded<PluginImage> PluginImage::open(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && errno == ENOENT)
        return refuse(
            "library-missing",
            fmt::format("{}: no such file; put the library beside connector.yaml", path.string())
        );
    if (file.get() < 0) return unreadable(path, std::strerror(errno));
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return unreadable(path, std::strerror(errno));
    if (!S_ISREG(info.st_mode)) return unreadable(path, "not a regular file");
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size == 0)
        return refuse(
            "elf-malformed", fmt::format("{}: the file is empty; copy it again", path.string())
        );
    if (size > kPluginFileBytesMax)
        return refuse(
            "library-too-large",
            fmt::format(
                "{}: larger than {} MiB; strip it", path.string(), kPluginFileBytesMax >> 20
            )
        );

    Descriptor copy(::memfd_create("ferry-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (copy.get() < 0) return unreadable(path, std::strerror(errno));
    if (!copyAll(file.get(), copy.get(), size))
        return unreadable(path, "changed while it was read, or no memory");
    if (::fcntl(
            copy.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL
        ) != 0)
        return unreadable(path, std::strerror(errno));
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, copy.get(), 0);
    if (mapped == MAP_FAILED) return unreadable(path, std::strerror(errno));
    return PluginImage(copy.release(), {static_cast<const char*>(mapped), size});
}

Loaded<PluginImage> PluginImage::adopt(int descriptor) {
    Descriptor copy(descriptor);
    struct stat info {};
    if (::fstat(copy.get(), &info) != 0 || info.st_size <= 0)
        return unreadable("the image", "is no file in memory");
    const auto size = static_cast<std::size_t>(info.st_size);
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, copy.get(), 0);
    if (mapped == MAP_FAILED) return unreadable("the image", std::strerror(errno));
    return PluginImage(copy.release(), {static_cast<const char*>(mapped), size});
}

PluginImage::PluginImage(PluginImage&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(std::exchange(other.bytes_, {})),
      is_pinned_(other.is_pinned_) {}

PluginImage& PluginImage::operator=(PluginImage&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(bytes_, other.bytes_);
    std::swap(is_pinned_, other.is_pinned_);
    return *this;
}

PluginImage::~PluginImage() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    if (descriptor_ >= 0 && !is_pinned_) ::close(descriptor_);
}

std::string PluginImage::loadPath() const {
    return fmt::format("/proc/self/fd/{}", descriptor_);
}

}  // namespace ferry::plugin
