#include "plugin/call_scope.h"

#include "base/utf8.h"
#include "plugin/limits.h"

#include <algorithm>

namespace ferry::plugin {

CallScope::CallScope(const CallGuard& guard, const CallInfo& info) : guard_(guard), info_(info) {
    call_.struct_size = sizeof call_;
    call_.ctx = this;
    call_.now_ms = toEpochMilliseconds(info.now);
    if (info.deadline)
        call_.deadline_ns =
            std::chrono::duration_cast<std::chrono::nanoseconds>(info.deadline->time_since_epoch())
                .count();
    call_.account = {info.account.data(), info.account.size()};
    call_.trace_id = {info.trace_id.data(), info.trace_id.size()};
    call_.is_cancelled = &isCancelled;
    call_.fail = &CallScope::fail;
    guard.calls().begin();
}

ferry_bool CallScope::isCancelled(const ferry_call* call) noexcept {
    const CallInfo& info = of(call).info_;
    const bool is_late = info.deadline && std::chrono::steady_clock::now() >= *info.deadline;
    return info.stop.stop_requested() || is_late ? 1 : 0;
}

void CallScope::fail(
    const ferry_call* call, ferry_status, std::int64_t retry_after_ms, ferry_str message
) noexcept {
    CallScope& scope = of(call);
    scope.message_ = cleanMessage(message);
    scope.retry_after_.reset();
    constexpr std::int64_t kRetryAfterMsMax = 7LL * 24 * 3600 * 1000;  // longer is a mistake
    if (retry_after_ms >= 0)
        scope.retry_after_ = std::chrono::milliseconds(std::min(retry_after_ms, kRetryAfterMsMax));
}

std::string cleanMessage(ferry_str text) {
    if (text.data == nullptr) return {};
    // Four bytes more than are kept, so that a cut in the raw text can't be told from a bad one.
    std::string message(text.data, std::min(text.size, kMessageBytesMax + 4));
    message = std::string(truncateUtf8(message, kMessageBytesMax));
    const bool is_utf8 = isValidUtf8(message);
    for (char& c : message) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || (!is_utf8 && byte >= 0x80)) c = '?';
    }
    return message;
}

}  // namespace ferry::plugin
