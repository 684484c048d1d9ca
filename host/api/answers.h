#pragma once
// Answers in the form of the Open Connectors API.

#include "base/json_writer.h"
#include "http/message.h"

#include <string_view>

namespace ferry::api {

/// 200 with what was written.
http::Response jsonAnswer(const JsonWriter& json);

/// The body {"requestId", "message", "providerMessage"}: the provider has refused, with its own
/// text.
http::Response providerProblem(
    int status,
    std::string_view request_id,
    std::string_view message,
    std::string_view provider_message
);

}  // namespace ferry::api
