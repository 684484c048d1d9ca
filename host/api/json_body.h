#pragma once
// Reading JSON that callers send. Over RapidJSON, without recursion: hostile nesting costs memory
// in proportion to the text and no stack.

#include "base/result.h"

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::api {

/// The JSON object that is the whole of `body`.
/// Errors: InvalidArgument with line and column of what is wrong, also for text that is not UTF-8,
/// for a body that is empty and for JSON that is no object.
Result<rapidjson::Document> readJsonObject(std::string_view body);

/// "a text", "an object", ...: what a value is, for messages.
std::string_view jsonKindOf(const rapidjson::Value& value);

/// The member of this name; null if there is none, or it is JSON's null. Of members that come twice
/// the last one counts, as for JavaScript.
const rapidjson::Value* findMember(const rapidjson::Value& object, std::string_view name);

/// True or false, or the same as text, as callers of this API send it; nullopt for anything else.
std::optional<bool> booleanOf(const rapidjson::Value& value);

/// A whole number, or one as text; nullopt for anything else.
std::optional<std::int64_t> integerOf(const rapidjson::Value& value);

/// The text of a JSON string, which `value` must be.
inline std::string_view textOf(const rapidjson::Value& value) {
    return {value.GetString(), value.GetStringLength()};
}

}  // namespace ferry::api
