#pragma once
// Tries a plugin in a process of its own before the hub loads it, so that one that crashes or hangs
// at its entry takes nothing with it.

#include "plugin/plugin_image.h"
#include "plugin/probe_pool.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace ferry::plugin {

struct ProbeOptions {
    /// The program ferry-plugin-probe. Empty: plugins are loaded without a trial.
    std::filesystem::path program;
    /// A trial takes milliseconds; one that has computed and slept for so long hangs. Waiting for a
    /// processor or the disk does not count: a machine that boots or builds lets a good plugin wait
    /// for many seconds, and one that is refused takes its instances with it.
    std::chrono::milliseconds timeout{5'000};
    /// Asked several times a second; true ends the trial. May be empty.
    std::function<bool()> is_cancelled = {};
    /// Of the same program, for many trials. Null: a process for this one alone.
    std::shared_ptr<ProbePool> pool = nullptr;
};

/// Loads the image in a child process and calls its entry there. Blocks until the child ended or
/// was killed. Refusals: probe-crashed, probe-hung, probe-cancelled, load-failed, entry-missing,
/// entry-refused. A child that could not be started is no refusal: `was_run` says whether there was
/// one.
struct ProbeResult {
    Loaded<void> verdict;
    bool was_run = true;
};
ProbeResult probePlugin(const PluginImage& image, const ProbeOptions& options);

}  // namespace ferry::plugin
