#pragma once
// How commands reach the hub that runs on the same store: a file for its owner alone, which says
// where the hub listens and has a key of its REST API. See
// host/decisions/0011-commands-reach-the-hub.md.

#include "base/result.h"
#include "base/secret.h"
#include "config/hub_config.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace ferry::app {

struct ControlFile {
    std::string url;  ///< "http://127.0.0.1:8080"
    Secret key;       ///< of role write; good as long as that hub runs
};

/// "<data_dir>/control".
std::filesystem::path controlFilePath(const config::HubConfig& config);

/// Writes it anew, mode 0600, whole or not at all. Errors: Unavailable.
Status writeControlFile(const std::filesystem::path& path, const ControlFile& content);

/// Errors, each naming the file: NotFound if there is none; PermissionDenied if it may not be read
/// by us, or may be by others than its owner; InvalidArgument if it holds something else.
Result<ControlFile> readControlFile(const std::filesystem::path& path);

/// If it is there.
void removeControlFile(const std::filesystem::path& path);

}  // namespace ferry::app
