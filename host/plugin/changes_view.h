#pragma once
// The change hooks of a plugin, as the host calls them.

#include "plugin/operation.h"

#include <memory>

namespace ferry::plugin {

/// Cheap to copy. Every function answers Unsupported if the plugin lacks the hook. Threads: any.
class ChangesView {
  public:
    explicit ChangesView(std::shared_ptr<PluginInstance> instance)
        : instance_(std::move(instance)) {}

    /// One page. CursorExpired: list everything again. Arguments need to live until it returns.
    Result<Operation<Page>> fetch(
        const CallInfo& call,
        const Account& account,
        const TokenSet& tokens,
        const FetchRequest& request
    ) const;
    /// The position "now": a page without changes.
    Result<Operation<Page>> initialCursor(
        const CallInfo& call, const Account& account, const TokenSet& tokens
    ) const;

  private:
    std::shared_ptr<PluginInstance> instance_;
};

/// Does the plugin fetch changes? If not, its webhooks bring them.
bool hasFetch(const PluginInstance& instance) noexcept;

}  // namespace ferry::plugin
