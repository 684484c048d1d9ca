#include "plugin_check/hooks.h"

#include <ferry/abi/status.h>

#include <iterator>

namespace ferry::plugin_check {

std::string_view hookName(PureHook hook) noexcept {
    constexpr std::string_view kNames[] = {
        "authorizeUrl", "verifyChallenge", "verifySignature", "parseNotification", "normalize"};
    return kNames[static_cast<std::size_t>(hook)];
}

std::string_view hookName(OperationHook hook) noexcept {
    constexpr std::string_view kNames[] = {
        "exchangeCode",
        "refresh",
        "revoke",
        "verify",
        "fetch",
        "initialCursor",
        "documentMetadata",
        "listDocuments",
        "searchDocuments",
        "downloadDocument",
        "listRevisions",
        "storageUsage",
        "documentLink",
        "subscribe",
        "unsubscribe"};
    static_assert(std::size(kNames) == std::size(kOperationHooks));
    return kNames[static_cast<std::size_t>(hook)];
}

std::optional<OperationHook> operationHook(std::string_view name) noexcept {
    for (const OperationHook hook : kOperationHooks)
        if (hookName(hook) == name) return hook;
    return std::nullopt;
}

std::string_view statusName(std::int32_t status) noexcept {
    constexpr std::string_view kErrors[] = {
        "internal",
        "invalid",
        "unsupported",
        "cancelled",
        "deadline",
        "auth_expired",
        "auth_revoked",
        "rate_limited",
        "unavailable",
        "rejected",
        "malformed",
        "bad_signature",
        "cursor_invalid",
        "limit",
        "not_found",
        "conflict"};
    static_assert(std::size(kErrors) == -FERRY_ERROR_CONFLICT);
    constexpr std::string_view kGood[] = {"ok", "yes", "no", "need_http"};
    if (status >= 0) {
        const auto index = static_cast<std::size_t>(status);
        return index < std::size(kGood) ? kGood[index] : std::string_view();
    }
    const auto index = static_cast<std::size_t>(-(status + 1));
    return index < std::size(kErrors) ? kErrors[index] : std::string_view();
}

}  // namespace ferry::plugin_check
