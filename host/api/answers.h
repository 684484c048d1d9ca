#pragma once
// Answers in the form of the Open Connectors API.

#include "base/json_writer.h"
#include "http/message.h"

namespace ferry::api {

/// 200 with what was written.
http::Response jsonAnswer(const JsonWriter& json);

}  // namespace ferry::api
