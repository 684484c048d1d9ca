#pragma once
// The only place where what a handler does wrong becomes an answer: Poco drops a connection whose
// handler throws without one.

#include "http/message.h"

#include <functional>
#include <optional>
#include <string_view>

namespace ferry::http {

/// Told about a handler that failed, for the log. Threads: many at a time.
using FailureReport = std::function<void(const Request& request, std::string_view what)>;

/// Makes the answer to a request whose path can't be decoded of the one that is given, which is
/// JSON. `raw_path` has the path, `path` is empty.
using BadPathAnswer = std::function<Response(const Request& request, Response answer)>;

/// Calls `handler`. What it throws, and an answer that can't be sent, becomes a 500 and a report.
Response answerOf(const Handler& handler, const Request& request, const FailureReport& report);

/// Calls `handler`. What it throws becomes a 500 and a report.
void answerWith(
    const DeferredHandler& handler,
    const Request& request,
    const Answer& answer,
    const FailureReport& report
);

/// Calls `handler` and waits for its answer, which has to come: of what it throws, and if it lets
/// go of the answer, it throws.
Response waitForAnswer(const DeferredHandler& handler, const Request& request);

/// Why `response` can't go on the wire, if so: its parts could be taken for something else there.
std::optional<std::string_view> whyNotSendable(const Response& response);

}  // namespace ferry::http
