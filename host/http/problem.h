#pragma once
// How a failure looks to an HTTP caller: the one table from ErrorCode to status, and the body
// that the Open Connectors platform used.

#include "base/error.h"
#include "http/message.h"

#include <string_view>

namespace ferry::http {

/// The status for `code`.
int statusOf(ErrorCode code) noexcept;

/// An answer of `status` with the body {"requestId":"...","message":"..."}.
Response problem(int status, std::string_view request_id, std::string_view message);

/// As above, for `error`, with Retry-After if it says how long to wait, and with "providerMessage"
/// if it says what a provider said. What would be 500 or 503 is 502 if it is a provider that fails.
/// The text of errors that are the hub's own fault (Internal, Corrupt) is kept back: it belongs
/// into the log.
Response problem(const Error& error, std::string_view request_id);

}  // namespace ferry::http
