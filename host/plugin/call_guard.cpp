#include "plugin/call_guard.h"

#include "plugin/call_scope.h"

#include <ferry/abi/status.h>

#include <fmt/format.h>

#include <optional>

namespace ferry::plugin {
namespace {

/// What each status means for the caller; nullopt: not in the list, so the plugin broke the
/// contract.
std::optional<ErrorCode> codeOf(ferry_status status) {
    switch (status) {
        case FERRY_ERROR_INTERNAL:
            return ErrorCode::Internal;
        case FERRY_ERROR_INVALID:
            return ErrorCode::InvalidArgument;
        case FERRY_ERROR_UNSUPPORTED:
            return ErrorCode::Unsupported;
        case FERRY_ERROR_CANCELLED:
            return ErrorCode::Cancelled;
        case FERRY_ERROR_DEADLINE:
            return ErrorCode::DeadlineExceeded;
        case FERRY_ERROR_AUTH_EXPIRED:
            return ErrorCode::Unauthenticated;
        case FERRY_ERROR_AUTH_REVOKED:
            return ErrorCode::AuthorizationRevoked;
        case FERRY_ERROR_RATE_LIMITED:
            return ErrorCode::RateLimited;
        case FERRY_ERROR_UNAVAILABLE:
            return ErrorCode::Unavailable;
        case FERRY_ERROR_REJECTED:
            return ErrorCode::PermissionDenied;
        case FERRY_ERROR_MALFORMED:
            return ErrorCode::Corrupt;
        case FERRY_ERROR_BAD_SIGNATURE:
            return ErrorCode::PermissionDenied;
        case FERRY_ERROR_CURSOR_INVALID:
            return ErrorCode::CursorExpired;
        // A smaller piece might pass, but asking for the same again will not.
        case FERRY_ERROR_LIMIT:
            return ErrorCode::Corrupt;
        case FERRY_ERROR_NOT_FOUND:
            return ErrorCode::NotFound;
        case FERRY_ERROR_CONFLICT:
            return ErrorCode::Conflict;
        default:
            return std::nullopt;
    }
}

}  // namespace

Status CallGuard::admit(std::string_view hook) const {
    if (!isQuarantined()) return {};
    return fail(
        ErrorCode::Unavailable,
        fmt::format(
            "plugin {}: {}: in quarantine after {} misbehaviours in a row; replace the plugin and "
            "reload",
            plugin_id_,
            hook,
            kStrikesMax
        )
    );
}

Error CallGuard::failure(
    std::string_view hook,
    std::int32_t status,
    const CallScope& scope,
    Trust trust,
    std::string_view detail
) {
    const std::optional<ErrorCode> code = codeOf(status);
    std::string said = scope.message();
    if (!detail.empty()) said += fmt::format("{}{}", said.empty() ? "" : ": ", detail);
    if (!code)
        return misbehaviour(
            hook,
            fmt::format("unknown status {}{}{}", status, said.empty() ? "" : ": ", said),
            scope.info(),
            trust
        );
    if (*code == ErrorCode::Internal)
        return misbehaviour(hook, said.empty() ? "internal error" : said, scope.info(), trust);
    good();
    return Error(
        *code,
        fmt::format(
            "plugin {}: {}: {}",
            plugin_id_,
            hook,
            said.empty() ? errorCodeName(*code) : std::string_view(said)
        ),
        scope.retryAfter()
    );
}

Error CallGuard::misbehaviour(
    std::string_view hook, std::string_view what, const CallInfo& call, Trust trust
) {
    misbehaviours_.fetch_add(1, std::memory_order_relaxed);
    std::string message = fmt::format("plugin {}: {}: {}", plugin_id_, hook, what);
    LogLine line{LogLevel::Error, plugin_id_, call.account, call.trace_id, message, {}, true};
    log_.write(line);
    if (trust == Trust::Provider && strikes_.fetch_add(1) + 1 >= kStrikesMax &&
        !is_quarantined_.exchange(true)) {
        line.message =
            fmt::format("plugin {}: quarantined; replace the plugin and reload", plugin_id_);
        log_.write(line);
    }
    return Error(ErrorCode::Internal, std::move(message));
}

}  // namespace ferry::plugin
