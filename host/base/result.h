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

// Named by a counter and not by the line: a lambda inside the expression may use these too, and all
// lines of a macro's arguments count as one.
#define FERRY_TRY_AS(result, expression)                              \
    do {                                                              \
        auto&& result = (expression);                                 \
        if (!result) return ::ferry::fail(std::move(result.error())); \
    } while (false)

#define FERRY_TRY_ASSIGN_AS(result, declaration, expression)      \
    auto result = (expression);                                   \
    if (!result) return ::ferry::fail(std::move(result.error())); \
    declaration = std::move(*result)

/// Evaluates a Status or Result and returns its error from the current function, if it has one.
#define FERRY_TRY(expression) FERRY_TRY_AS(FERRY_CONCAT(ferry_result_, __COUNTER__), expression)

/// Declares `declaration` from the value of a Result, or returns its error.
#define FERRY_TRY_ASSIGN(declaration, expression) \
    FERRY_TRY_ASSIGN_AS(FERRY_CONCAT(ferry_result_, __COUNTER__), declaration, expression)
