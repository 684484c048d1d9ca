#pragma once
// Writing JSON, over RapidJSON's streaming writer (host/decisions/0003-json.md).

#include "base/check.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace ferry {

/// Appends one JSON value to a buffer, in the order of the calls. Wrong nesting is a programmer
/// error. One thread at a time.
class JsonWriter {
  public:
    JsonWriter& beginObject() { return require(writer_.StartObject()); }
    JsonWriter& endObject() { return require(writer_.EndObject()); }
    JsonWriter& beginArray() { return require(writer_.StartArray()); }
    JsonWriter& endArray() { return require(writer_.EndArray()); }
    JsonWriter& key(std::string_view name) {
        return require(writer_.Key(name.data(), length(name)));
    }
    JsonWriter& string(std::string_view text) {
        // A view of nothing may be null, which RapidJSON refuses.
        return require(writer_.String(text.empty() ? "" : text.data(), length(text)));
    }
    JsonWriter& number(std::int64_t value) { return require(writer_.Int64(value)); }
    JsonWriter& number(double value) { return require(writer_.Double(value)); }
    JsonWriter& boolean(bool value) { return require(writer_.Bool(value)); }
    JsonWriter& null() { return require(writer_.Null()); }
    /// Copies `json`, which must be one valid value, as it is.
    JsonWriter& raw(std::string_view json) {
        // RapidJSON's own way goes through it character by character: it writes what stands before
        // a value, and the value comes in one piece.
        require(writer_.RawValue("", 0, rapidjson::kObjectType));
        std::copy(json.begin(), json.end(), buffer_.Push(json.size()));
        return *this;
    }

    JsonWriter& field(std::string_view name, std::string_view text) {
        return key(name).string(text);
    }
    JsonWriter& field(std::string_view name, const char* text) {
        return key(name).string(std::string_view(text));
    }
    JsonWriter& field(std::string_view name, const std::string& text) {
        return key(name).string(std::string_view(text));
    }
    JsonWriter& field(std::string_view name, std::int64_t value) { return key(name).number(value); }
    JsonWriter& field(std::string_view name, bool value) { return key(name).boolean(value); }

    /// Room for about so many bytes more, so that a long text is not moved again and again.
    void reserve(std::size_t bytes) { buffer_.Reserve(bytes); }

    /// What was written so far; valid until the next call.
    std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }
    std::string take() const { return std::string(view()); }
    void clear() {
        buffer_.Clear();
        writer_.Reset(buffer_);
    }

  private:
    static rapidjson::SizeType length(std::string_view text) {
        return static_cast<rapidjson::SizeType>(text.size());
    }
    JsonWriter& require(bool ok) {
        FERRY_CHECK(ok, "wrong nesting of JSON calls");
        return *this;
    }

    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace ferry
