#pragma once
// Files and folders in Dropbox's JSON: how a call names them, and what an answer says of them.

#include "json.h"

#include <ferry/sdk.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <optional>
#include <string>
#include <string_view>

namespace ferry::dropbox {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// A JSON object, as `fill` writes its members.
template <typename Fill>
std::string object(Fill fill) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    fill(writer);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

inline void put(Writer& writer, const char* key, std::string_view value) {
    writer.Key(key);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

/// What Dropbox takes for a path: "", "/a/b", "id:...". Throws Error: NOT_FOUND.
std::string pathArgument(const sdk::DocumentRef& ref);

/// A file or folder; nullopt for what is neither, and for tags that are new. `tag` in place of the
/// metadata's own, where a list has none.
std::optional<sdk::Document> documentOf(const rapidjson::Value* metadata, std::string_view tag);
std::optional<sdk::Document> documentOf(const rapidjson::Value* metadata);

}  // namespace ferry::dropbox
