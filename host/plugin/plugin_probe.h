#pragma once
// Tries a plugin in a process of its own before the hub loads it, so that one that crashes or hangs
// at its entry takes nothing with it.

#include "plugin/plugin_image.h"

#include <chrono>
#include <filesystem>

namespace ferry::plugin {

struct ProbeOptions {
    /// The program ferry-plugin-probe. Empty: plugins are loaded without a trial.
    std::filesystem::path program;
    /// A trial takes milliseconds on a machine that has nothing else to do. One that boots, or builds,
    /// may let it wait for many seconds, and a plugin that is refused takes its instances with it.
    std::chrono::milliseconds timeout{30'000};
};

/// Loads the image in a child process and calls its entry there. Blocks until the child ended or
/// was killed. Refusals: probe-crashed, probe-hung, load-failed, entry-missing, entry-refused.
/// A child that could not be started is no refusal: `was_run` says whether there was one.
struct ProbeResult {
    Loaded<void> verdict;
    bool was_run = true;
};
ProbeResult probePlugin(const PluginImage& image, const ProbeOptions& options);

}  // namespace ferry::plugin
