#pragma once
// Error codes of the whole hub, and the error value. A code says what the caller does next, not
// where the failure came from.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry {

/// What the caller does next.
enum class ErrorCode : std::uint8_t {
    InvalidArgument,       ///< fix the input; never retry
    Unauthenticated,       ///< refresh the access token once, then treat as AuthorizationRevoked
    AuthorizationRevoked,  ///< consent is gone: the instance needs a new authorization; stop asking
    PermissionDenied,      ///< a permanent no: tell the operator, ask rarely
    NotFound,              ///< the thing is gone; drop
    Conflict,              ///< re-read and decide again
    RateLimited,           ///< wait `retry_after`
    Unavailable,           ///< back off and retry
    DeadlineExceeded,      ///< back off and retry
    Cancelled,             ///< shutting down; leave the lease
    CursorExpired,         ///< resynchronise the instance
    Unsupported,           ///< capability missing; configuration error
    Corrupt,               ///< tell the operator, ask rarely; never skip silently
    Internal,              ///< a bug; count, alarm
};

/// Printable name of `code`, for logs, metrics and JSON ("rate_limited").
std::string_view errorCodeName(ErrorCode code) noexcept;

/// True for the codes after which the same call may succeed later without anyone's help.
bool isTransient(ErrorCode code) noexcept;

/// A failure: code, text and, when the other side gave one, how long to wait. The text is lower
/// case, says what failed with identifiers, and never holds a secret.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::optional<std::chrono::milliseconds> retry_after;
    std::string provider_message = {};  ///< what a provider said, for callers of the API; no secrets
    /// The hub is well: it is a provider that fails, or what a plugin makes of its answer.
    bool is_of_provider = false;

    Error(ErrorCode error_code, std::string text) : code(error_code), message(std::move(text)) {}
    Error(ErrorCode error_code, std::string text, std::optional<std::chrono::milliseconds> wait)
        : code(error_code), message(std::move(text)), retry_after(wait) {}

    /// Puts `context` and ": " before the message, as the error travels up.
    Error withContext(std::string_view context) &&;
};

}  // namespace ferry
