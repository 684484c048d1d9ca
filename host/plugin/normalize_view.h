#pragma once
// The normalize hook of a plugin, as the host calls it.

#include "plugin/plugin_instance.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ferry::plugin {

/// Cheap to copy. Threads: any.
class NormalizeView {
  public:
    explicit NormalizeView(std::shared_ptr<PluginInstance> instance)
        : instance_(std::move(instance)) {}

    /// What each of `changes` means, in their order, at least one item for each: a change that the
    /// plugin said nothing about comes as a Reject. Unsupported if the plugin lacks the hook.
    Result<std::vector<Normalized>> normalize(
        const CallInfo& call,
        const Account& account,
        std::span<const std::string> changes,
        std::span<const std::string> hints = {}
    ) const;

  private:
    std::shared_ptr<PluginInstance> instance_;
};

}  // namespace ferry::plugin
