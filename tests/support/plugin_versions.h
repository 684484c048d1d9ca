#pragma once
// Folders of plugins in many versions, made of the one that was built: the version is a text of
// five characters in the manifest and in the library, and is exchanged there.

#include "base/check.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace ferry::test {

inline std::string fileContent(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    FERRY_CHECK(in.good(), "the file can be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Over what is there, as `cp` does.
inline void writeInPlace(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

/// In its place at once, as `mv` does.
inline void replaceFile(const std::filesystem::path& path, const std::string& content) {
    const std::filesystem::path draft = path.parent_path() / ("." + path.filename().string());
    writeInPlace(draft, content);
    std::filesystem::rename(draft, path);
}

inline std::string withAll(std::string text, std::string_view from, std::string_view to) {
    FERRY_CHECK(from.size() == to.size(), "places in the file stay as they are");
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

/// The Dropbox plugin that was built, as if it had another version.
class PluginVersions {
  public:
    PluginVersions() {
        const char* build = std::getenv("FERRY_BUILD_DIR");
        FERRY_CHECK(build != nullptr, "FERRY_BUILD_DIR says where the plugins are");
        const std::filesystem::path folder = std::filesystem::path(build) / "plugins/dropbox";
        manifest_ = fileContent(folder / "connector.yaml");
        library_ = fileContent(folder / "libdropbox.so");
    }

    /// "1.0.7" for 7.
    static std::string name(int number) {
        return fmt::format("1.{}.{}", number / 10 % 10, number % 10);
    }
    std::string manifest(int number) const { return withAll(manifest_, kBuilt, name(number)); }
    std::string library(int number) const { return withAll(library_, kBuilt, name(number)); }

  private:
    static constexpr std::string_view kBuilt = "1.0.0";

    std::string manifest_;
    std::string library_;
};

}  // namespace ferry::test
