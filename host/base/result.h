#pragma once
// Result<T>: a value or an Error. The only way an expected failure travels inside the hub.

#include "base/error.h"

#include <tl/expected.hpp>

#include <utility>

namespace ferry {

template <typename T>
using Result = tl::expected<T, Error>;

/// Result of a call that gives nothing but success.
using Status = tl::expected<void, Error>;

/// Makes a failed Result: `return fail(ErrorCode::NotFound, "instance 7")`.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error(code, std::move(message)));
}

inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace ferry

#define FERRY_CONCAT_INNER(a, b) a##b
#define FERRY_CONCAT(a, b) FERRY_CONCAT_INNER(a, b)

/// Evaluates a Status or Result and returns its error from the current function, if it has one.
#define FERRY_TRY(expression)                                                             \
    do {                                                                                  \
        auto&& ferry_try_result = (expression);                                           \
        if (!ferry_try_result) return ::ferry::fail(std::move(ferry_try_result.error())); \
    } while (false)

/// Declares `declaration` from the value of a Result, or returns its error.
#define FERRY_TRY_ASSIGN(declaration, expression)                                       \
    auto FERRY_CONCAT(ferry_result_, __LINE__) = (expression);                          \
    if (!FERRY_CONCAT(ferry_result_, __LINE__))                                         \
        return ::ferry::fail(std::move(FERRY_CONCAT(ferry_result_, __LINE__).error())); \
    declaration = std::move(*FERRY_CONCAT(ferry_result_, __LINE__))
