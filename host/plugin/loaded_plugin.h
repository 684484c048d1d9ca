#pragma once
// A plugin that connectors can be served with, wherever it runs.

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/stages.h"
#include "plugin/elf_note.h"
#include "plugin/plugin_log.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ferry::plugin {

struct ProviderDescription;
struct Setup;

/// How a plugin does, for people.
struct PluginHealth {
    std::uint64_t misbehaviours = 0;  ///< since it was loaded
    bool is_quarantined = false;
    bool is_isolated = false;    ///< it runs in a process of its own
    std::uint64_t restarts = 0;  ///< of that process
    std::string last_end = {};   ///< what ended the process before, in words; empty: nothing yet
    /// Its process is gone, and no call starts it again before.
    std::optional<TimePoint> starts_again_at = {};
    /// A call is known not to have come back for so long (CallWatch).
    std::chrono::milliseconds longest_call{0};
};

/// Threads: any.
class LoadedPlugin {
  public:
    virtual ~LoadedPlugin() = default;
    LoadedPlugin(const LoadedPlugin&) = delete;
    LoadedPlugin& operator=(const LoadedPlugin&) = delete;

    virtual const ElfNote& note() const noexcept = 0;
    virtual PluginHealth health() const = 0;
    /// The provider of one connector; it and its operations hold the plugin. `clock` outlives them.
    /// Errors: whatever the plugin's create says.
    virtual Result<std::shared_ptr<pipeline::Provider>> serve(
        const ProviderDescription& description, const Setup& setup, const Clock& clock
    ) = 0;
    /// It was replaced or removed: its end is worth a line in the log.
    void retire() noexcept { is_retired_ = true; }

  protected:
    LoadedPlugin() = default;
    /// For destructors.
    void tellEnd(PluginLog& log) const;

  private:
    std::atomic<bool> is_retired_{false};
};

}  // namespace ferry::plugin
