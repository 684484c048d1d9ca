#pragma once
// The demo: a fake Dropbox, the hub with the real plugin, and a callback receiver, all in this
// process and on loopback. It tells a short story and prints the events as they arrive.

#include "app/signals.h"
#include "base/result.h"

#include <filesystem>

namespace ferry::demo {

struct DemoOptions {
    std::filesystem::path plugins;  ///< folder that holds the dropbox plugin's folder
    bool runs_once = false;         ///< end after the story; else repeat parts of it until stopped
    bool shows_log = false;
};

/// Blocks until the story is over, or a signal comes. An error if an expected event did not come or
/// a signature did not verify.
Status runDemo(const DemoOptions& options, app::Signals& signals);

}  // namespace ferry::demo
