#include "base/error.h"

namespace ferry {

std::string_view errorCodeName(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::InvalidArgument:
            return "invalid_argument";
        case ErrorCode::Unauthenticated:
            return "unauthenticated";
        case ErrorCode::AuthorizationRevoked:
            return "authorization_revoked";
        case ErrorCode::PermissionDenied:
            return "permission_denied";
        case ErrorCode::NotFound:
            return "not_found";
        case ErrorCode::Conflict:
            return "conflict";
        case ErrorCode::RateLimited:
            return "rate_limited";
        case ErrorCode::Unavailable:
            return "unavailable";
        case ErrorCode::DeadlineExceeded:
            return "deadline_exceeded";
        case ErrorCode::Cancelled:
            return "cancelled";
        case ErrorCode::CursorExpired:
            return "cursor_expired";
        case ErrorCode::Unsupported:
            return "unsupported";
        case ErrorCode::Corrupt:
            return "corrupt";
        case ErrorCode::Internal:
            return "internal";
    }
    return "internal";
}

bool isTransient(ErrorCode code) noexcept {
    return code == ErrorCode::RateLimited || code == ErrorCode::Unavailable ||
           code == ErrorCode::DeadlineExceeded || code == ErrorCode::Conflict;
}

Error Error::withContext(std::string_view context) && {
    message.insert(0, ": ");
    message.insert(0, context);
    return std::move(*this);
}

}  // namespace ferry
