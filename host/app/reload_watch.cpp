#include "app/reload_watch.h"

#include "base/file_stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

namespace ferry::app {

namespace fs = std::filesystem;

namespace {

/// Folders below a plugins folder are read one level deep, and so are they watched.
constexpr int kDepthMax = 1;

std::uint64_t mixEntry(const fs::path& path) {
    const FileStamp stamp = stampOf(path);
    return std::hash<std::string>{}(fmt::format(
        "{}\n{}\n{}\n{}\n{}",
        path.string(),
        stamp.device,
        stamp.inode,
        stamp.size,
        stamp.modified_at
    ));
}

}  // namespace

ReloadWatch::ReloadWatch(const fs::path& config_file, const config::HubConfig& config) {
    paths_.push_back(config_file);
    for (const auto* list : {&config.instances, &config.connectors, &config.plugins}) {
        paths_.insert(paths_.end(), list->begin(), list->end());
    }
    applied_ = seen_ = look();
}

bool ReloadWatch::hasChanged() {
    const std::uint64_t now = look();
    const bool stands_still = now == seen_;
    seen_ = now;
    if (!stands_still || now == applied_) return false;
    applied_ = now;
    return true;
}

void ReloadWatch::passOver() {
    applied_ = seen_ = look();
}

std::uint64_t ReloadWatch::look() const {
    std::uint64_t sum = 0;  // a sum does not depend on the order of a directory
    for (const fs::path& path : paths_) {
        std::error_code error;
        sum += mixEntry(path);
        if (!fs::is_directory(path, error)) continue;
        for (auto entry = fs::recursive_directory_iterator(path, error);
             !error && entry != fs::recursive_directory_iterator();
             entry.increment(error)) {
            if (entry.depth() >= kDepthMax) entry.disable_recursion_pending();
            sum += mixEntry(entry->path());
        }
    }
    return sum;
}

}  // namespace ferry::app
