#pragma once
// Stands around every call into a plugin: turns its statuses into errors, counts misbehaviour, and
// keeps a plugin that misbehaves again and again out of use.

#include "base/result.h"
#include "plugin/call_watch.h"
#include "plugin/plugin_log.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::plugin {

class CallScope;

/// Does a misbehaviour of this hook count towards quarantine? Webhook hooks see what anybody may
/// send, so a stranger could bring a plugin down with them: there it is counted and logged only.
enum class Trust : std::uint8_t { Provider, Stranger };

/// One for each loaded plugin. Threads: any.
class CallGuard {
  public:
    /// So many misbehaviours in a row, without one good call between, mean quarantine.
    static constexpr int kStrikesMax = 20;

    CallGuard(std::string plugin_id, PluginLog& log)
        : plugin_id_(std::move(plugin_id)), log_(log) {}

    /// Unavailable if the plugin is in quarantine: the work is kept, and goes on after a reload.
    Status admit(std::string_view hook) const;

    /// The error for a failed call: `status` with what the plugin said through the scope. An
    /// unknown status and INTERNAL are misbehaviours. `detail` is what the host found wrong, or
    /// empty.
    Error failure(
        std::string_view hook,
        std::int32_t status,
        const CallScope& scope,
        Trust trust,
        std::string_view detail = {}
    );

    /// Internal, and a strike: the plugin broke the contract.
    Error misbehaviour(
        std::string_view hook, std::string_view what, const CallInfo& call, Trust trust
    );

    /// A call ended as the contract says.
    void good() noexcept { strikes_.store(0, std::memory_order_relaxed); }

    bool isQuarantined() const noexcept { return is_quarantined_.load(); }
    /// All misbehaviours since the plugin was loaded.
    std::uint64_t misbehaviours() const noexcept { return misbehaviours_.load(); }
    const std::string& pluginId() const noexcept { return plugin_id_; }
    CallWatch& calls() const noexcept { return calls_; }
    PluginLog& log() const noexcept { return log_; }

  private:
    std::string plugin_id_;
    PluginLog& log_;
    std::atomic<int> strikes_{0};
    std::atomic<std::uint64_t> misbehaviours_{0};
    std::atomic<bool> is_quarantined_{false};
    mutable CallWatch calls_;
};

}  // namespace ferry::plugin
