#pragma once
// Tells when files that a reload reads have changed.

#include "config/hub_config.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace ferry::app {

/// Looks at names and stamps (base/file_stamp.h) of ferry.yaml and of the instance files,
/// connectors and plugins that it names; opens nothing. A change is told once it has stood still
/// for one look, so that a file is not read half written. Threads: one at a time.
class ReloadWatch {
  public:
    ReloadWatch(const std::filesystem::path& config_file, const config::HubConfig& config);
    bool hasChanged();

    /// What is there now is about to be read: it is told no more. Call it before the reading.
    void passOver();

  private:
    std::uint64_t look() const;

    std::vector<std::filesystem::path> paths_;
    std::uint64_t applied_;
    std::uint64_t seen_;
};

}  // namespace ferry::app
