#pragma once
// The error a hook throws, or returns from a coroutine, and the one guard that keeps every
// exception inside the plugin.

#include <ferry/abi/call.h>

#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ferry::sdk {

/// Why a hook failed. The status says what the host does next (abi/status.h); the message says what
/// failed where, in lower case, and never holds a secret.
class Error : public std::exception {
  public:
    using Wait = std::optional<std::chrono::milliseconds>;

    Error(ferry_status status, std::string message, Wait retry_after = std::nullopt)
        : status_(status), message_(std::move(message)), retry_after_(retry_after) {}

    /// The arguments or the configuration make no sense.
    static Error invalid(std::string message) { return {FERRY_ERROR_INVALID, std::move(message)}; }
    /// The access token was refused: the host refreshes it and tries once more.
    static Error authExpired(std::string message) {
        return {FERRY_ERROR_AUTH_EXPIRED, std::move(message)};
    }
    /// The consent is gone: the user must authorize again.
    static Error authRevoked(std::string message) {
        return {FERRY_ERROR_AUTH_REVOKED, std::move(message)};
    }
    /// The provider asks to wait.
    static Error rateLimited(std::string message, Wait retry_after) {
        return {FERRY_ERROR_RATE_LIMITED, std::move(message), retry_after};
    }
    /// A passing fault of the provider or the network.
    static Error unavailable(std::string message, Wait retry_after = std::nullopt) {
        return {FERRY_ERROR_UNAVAILABLE, std::move(message), retry_after};
    }
    /// The provider's permanent no.
    static Error rejected(std::string message) {
        return {FERRY_ERROR_REJECTED, std::move(message)};
    }
    /// The provider's data is not understood.
    static Error malformed(std::string message) {
        return {FERRY_ERROR_MALFORMED, std::move(message)};
    }
    /// The provider forgot the cursor: the host lists everything again.
    static Error cursorInvalid(std::string message) {
        return {FERRY_ERROR_CURSOR_INVALID, std::move(message)};
    }
    /// A bug.
    static Error internal(std::string message) {
        return {FERRY_ERROR_INTERNAL, std::move(message)};
    }

    const char* what() const noexcept override { return message_.c_str(); }
    const std::string& message() const noexcept { return message_; }
    /// Always negative: an Error with a success code is a bug.
    ferry_status status() const noexcept { return status_ < 0 ? status_ : FERRY_ERROR_INTERNAL; }
    Wait retryAfter() const noexcept { return retry_after_; }

  private:
    ferry_status status_;
    std::string message_;
    Wait retry_after_;
};

namespace detail {

inline ferry_status report(
    const ferry_call* call, ferry_status status, std::string_view message, Error::Wait wait = {}
) noexcept {
    call->fail(call, status, wait ? wait->count() : -1, {message.data(), message.size()});
    return status;
}

/// Runs `body` and turns whatever it throws into a status. Every trampoline goes through here.
template <typename Body>
ferry_status guard(const ferry_call* call, Body&& body) noexcept {
    try {
        return body();
    } catch (const Error& error) {
        return report(call, error.status(), error.message(), error.retryAfter());
    } catch (const std::bad_alloc&) {
        return report(call, FERRY_ERROR_UNAVAILABLE, "out of memory");
    } catch (const std::exception& error) {
        return report(call, FERRY_ERROR_INTERNAL, error.what());
    } catch (...) {
        return report(call, FERRY_ERROR_INTERNAL, "unknown exception in the plugin");
    }
}

/// For results of sinks: success goes on, a failure ends the hook with the same code.
inline void require(ferry_status status, const char* what) {
    if (status < 0) throw Error(status, std::string("the host refused ") + what);
}

}  // namespace detail
}  // namespace ferry::sdk
