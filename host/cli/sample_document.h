#pragma once
// What stands in the file of a sample.

#include "base/result.h"
#include "http/message.h"

#include <rapidjson/document.h>

#include <string>

namespace ferry::cli {

std::string textOf(const rapidjson::Value& value);

/// Null if `object` is none, or has no such member.
const rapidjson::Value* member(const rapidjson::Value& object, const char* name);

/// The text of a member; `otherwise` if there is none.
std::string stringAt(const rapidjson::Value& object, const char* name, const char* otherwise = "");

/// Errors: Corrupt, also for a key that nothing looks at, which would be a check that nothing
/// makes.
Status checkSample(const rapidjson::Value& sample);

/// The webhook of a sample that is none of a poll.
http::Request requestOf(const rapidjson::Value& sample);

}  // namespace ferry::cli
