#pragma once
// Reading JSON with RapidJSON, without recursion, and cutting a list into its items as they stand
// in the text.

#include "program.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::declarative {

/// A document that can be used again, with the memory that it has. One thread; stays where it is.
class JsonDocument {
  public:
    JsonDocument() = default;
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;

    /// False if `text` is not one JSON value. What was parsed before is gone.
    bool parse(std::string_view text);
    /// The same, where what is no JSON has nothing to say: then it is null.
    void parseOrNull(std::string_view text) {
        if (!parse(text)) document_.SetNull();
    }
    rapidjson::Value& root() { return document_; }
    const rapidjson::Value& root() const { return document_; }

  private:
    static constexpr std::size_t kValueBytes = 64U << 10U;  // enough for most notifications
    static constexpr std::size_t kStackBytes = 8U << 10U;
    using Pool = rapidjson::MemoryPoolAllocator<>;

    // Not filled with zeros: most of it is never touched.
    std::unique_ptr<char[]> memory_ = std::make_unique_for_overwrite<char[]>(kValueBytes);
    std::string text_;  // what is parsed; the values look at it
    Pool values_{memory_.get(), kValueBytes};
    rapidjson::GenericDocument<rapidjson::UTF8<>, Pool> document_{&values_, kStackBytes};
};

/// A section of the connector's settings, as long as it is needed. Errors: INVALID if it is no
/// JSON.
class ParsedSettings {
  public:
    explicit ParsedSettings(std::string_view text) {
        if (!document_.parse(text)) throw sdk::Error::invalid("settings: no JSON");
    }
    const rapidjson::Value& root() const { return document_.root(); }

  private:
    JsonDocument document_;
};

/// The text of a member, or nothing.
std::string textAt(const rapidjson::Value& object, const char* name);

/// The number of a member, or `otherwise` if there is none that `T` holds.
template <typename T>
T numberAt(const rapidjson::Value& object, const char* name, T otherwise) {
    const auto found = object.FindMember(name);
    const bool is_there = found != object.MemberEnd() && found->value.Is<T>();
    return is_there ? found->value.Get<T>() : otherwise;
}

/// `record`, which is JSON, with an empty text in place of each that is longer than `bytes_max`.
std::string withoutLongTexts(std::string_view record, std::size_t bytes_max);

/// A text as JSON has it, with its quotes.
std::string jsonText(std::string_view text);

/// A record as the host takes it, 1 MiB at most: itself or, if it is longer, `made` of it without
/// its texts of more than 16 KiB: they hardly say what it is, or where. nullopt: too long even so.
std::optional<std::string_view> fitting(std::string_view record, std::string& made);

/// The items of the list at `pointer`, as they stand in `text`, which must have been parsed.
std::vector<std::string_view> itemsOf(std::string_view text, const Pointer& pointer);

}  // namespace ferry::declarative
