#pragma once
// One call into a plugin, as the plugin sees it: a ferry_call on the stack of the caller.

#include "plugin/call_guard.h"
#include "plugin/records.h"

#include <ferry/abi/call.h>

#include <optional>
#include <string>

namespace ferry::plugin {

/// Lives on the stack around the call. One thread.
class CallScope {
  public:
    CallScope(const CallGuard& guard, const CallInfo& info);
    ~CallScope() { guard_.calls().end(); }
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;

    const ferry_call* abi() const noexcept { return &call_; }
    static CallScope& of(const ferry_call* call) noexcept {
        return *static_cast<CallScope*>(call->ctx);
    }

    const CallGuard& guard() const noexcept { return guard_; }
    const CallInfo& info() const noexcept { return info_; }
    /// What the plugin said last; at most kMessageBytesMax bytes of valid UTF-8.
    const std::string& message() const noexcept { return message_; }
    std::optional<std::chrono::milliseconds> retryAfter() const noexcept { return retry_after_; }

  private:
    static ferry_bool isCancelled(const ferry_call* call) noexcept;
    static void fail(
        const ferry_call* call, ferry_status status, std::int64_t retry_after_ms, ferry_str message
    ) noexcept;

    const CallGuard& guard_;
    const CallInfo& info_;
    ferry_call call_{};
    std::string message_;
    std::optional<std::chrono::milliseconds> retry_after_;
};

/// `text` made fit for a log line: cut at kMessageBytesMax, control characters and bad UTF-8
/// replaced by '?'.
std::string cleanMessage(ferry_str text);

}  // namespace ferry::plugin
