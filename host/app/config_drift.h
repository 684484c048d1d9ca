#pragma once
// A running hub keeps to the ferry.yaml that it started with; whoever changes the file is told so.

#include "config/hub_config.h"
#include "observe/log.h"

#include <filesystem>

namespace ferry::app {

/// Reads `file` again and warns in the log: of each error in it, with its place, and that the hub
/// would not start with them; or of the keys whose values are not those of `running`, which is what
/// the file gave at the start. Nothing of it is applied, and nothing is said if all is the same.
/// Threads: any.
void tellConfigDrift(
    const std::filesystem::path& file, const config::HubConfig& running, observe::Log& log
);

}  // namespace ferry::app
