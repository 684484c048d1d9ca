#pragma once
// The bytes of a plugin file, copied and sealed, so that what was checked is what gets loaded, and
// so that replacing the file never touches a running hub.

#include "plugin/refusal.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ferry::plugin {

/// Owns an anonymous file in memory. One thread.
class PluginImage {
  public:
    /// Copies the file. Refusals: library-missing, library-unreadable, library-too-large.
    static Loaded<PluginImage> open(const std::filesystem::path& path);
    /// Of a descriptor that another process made so, which this one owns from now on.
    static Loaded<PluginImage> adopt(int descriptor);
    PluginImage(PluginImage&& other) noexcept;
    PluginImage& operator=(PluginImage&& other) noexcept;
    ~PluginImage();

    std::string_view bytes() const noexcept { return bytes_; }
    int descriptor() const noexcept { return descriptor_; }
    /// The path to give to the dynamic loader.
    std::string loadPath() const;
    /// Keeps the descriptor open until the process ends. The dynamic loader knows libraries by
    /// their path: were the number used again, it would hand out this library for another one.
    void pin() noexcept { is_pinned_ = true; }

  private:
    PluginImage(int descriptor, std::string_view bytes) noexcept
        : descriptor_(descriptor), bytes_(bytes) {}

    int descriptor_ = -1;
    std::string_view bytes_;  // mapped
    bool is_pinned_ = false;
};

}  // namespace ferry::plugin
