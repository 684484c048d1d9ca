#include "json.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace ferry::dropbox::json {
namespace {

// The SAX parser recurses, so a handler that refuses to go deeper bounds the stack.
class PageHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, PageHandler> {
  public:
    PageHandler(const rapidjson::StringStream& stream, std::string_view body, PageParts& parts)
        : stream_(stream), body_(body), parts_(parts) {}

    bool Default() { return scalar(); }
    bool RawNumber(const char*, rapidjson::SizeType, bool) { return scalar(); }
    bool Bool(bool value) {
        if (depth_ == kInPage && member_ == Member::HasMore) parts_.has_more = value;
        return scalar();
    }
    bool String(const char* data, rapidjson::SizeType size, bool) {
        if (depth_ == kInPage && member_ == Member::Cursor) parts_.cursor.assign(data, size);
        return scalar();
    }
    bool Key(const char* data, rapidjson::SizeType size, bool) {
        if (depth_ != kInPage) return true;
        const std::string_view name(data, size);
        member_ = name == "entries"    ? Member::Entries
                  : name == "cursor"   ? Member::Cursor
                  : name == "has_more" ? Member::HasMore
                                       : Member::Other;
        return true;
    }
    bool StartObject() {
        // The stream is just behind the brace: objects are read without a copy of the stream.
        if (isEntry()) begin_ = stream_.Tell() - 1;
        if (depth_ == kInPage && member_ == Member::Entries) return badShape();
        return enter();
    }
    bool EndObject(rapidjson::SizeType) {
        --depth_;
        if (isEntry()) parts_.entries.push_back(body_.substr(begin_, stream_.Tell() - begin_));
        return true;
    }
    bool StartArray() {
        if (depth_ == 0 || isEntry()) return badShape();
        if (depth_ == kInPage && member_ == Member::Entries) parts_.has_entries = true;
        return enter();
    }
    bool EndArray(rapidjson::SizeType) {
        --depth_;
        return true;
    }

    Fault fault() const noexcept { return fault_; }

  private:
    enum class Member : std::uint8_t { Other, Entries, Cursor, HasMore };
    static constexpr unsigned kInPage = 1;     // inside the outermost object
    static constexpr unsigned kInEntries = 2;  // inside its array "entries"

    bool isEntry() const noexcept { return depth_ == kInEntries && member_ == Member::Entries; }
    bool scalar() { return depth_ == 0 || isEntry() ? badShape() : true; }
    bool enter() {
        if (++depth_ > kDepthMax) fault_ = Fault::TooDeep;
        return fault_ == Fault::None;
    }
    bool badShape() {
        fault_ = Fault::BadShape;
        return false;
    }

    const rapidjson::StringStream& stream_;
    const std::string_view body_;
    PageParts& parts_;
    Member member_ = Member::Other;
    unsigned depth_ = 0;
    std::size_t begin_ = 0;
    Fault fault_ = Fault::None;
};

/// An error at the very end means that the rest is missing.
Fault syntaxFault(const rapidjson::ParseResult& result, std::string_view text) {
    if (!result.IsError()) return Fault::None;
    const std::string_view seen = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    if (seen.empty() || result.Code() == rapidjson::kParseErrorDocumentEmpty)
        return Fault::Truncated;
    if (result.Offset() >= seen.size()) return Fault::Truncated;
    switch (result.Code()) {
        case rapidjson::kParseErrorStringMissQuotationMark:
            return Fault::Truncated;
        // Told at the start of the escape, which may be what was cut.
        case rapidjson::kParseErrorStringEscapeInvalid:
        case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
        case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
            return seen.find('"', result.Offset()) == std::string_view::npos ? Fault::Truncated
                                                                             : Fault::NotJson;
        default:
            return Fault::NotJson;
    }
}

bool isTooDeep(std::string_view text) noexcept {
    unsigned depth = 0;
    bool is_in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                is_in_string = false;
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kDepthMax) return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace

std::string_view faultName(Fault fault) noexcept {
    switch (fault) {
        case Fault::None:
            return "is right";
        case Fault::Truncated:
            return "ends in the middle";
        case Fault::NotJson:
            return "is not json";
        case Fault::TooDeep:
            return "is nested too deep";
        case Fault::BadShape:
            break;
    }
    return "has an unknown shape";
}

Fault splitPage(std::string_view body, PageParts& parts) {
    if (body.empty()) return Fault::Truncated;
    rapidjson::StringStream stream(body.data());
    PageHandler handler(stream, body, parts);
    rapidjson::Reader reader;
    const rapidjson::ParseResult result =
        reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, handler);
    if (handler.fault() != Fault::None) return handler.fault();
    if (result.IsError()) return syntaxFault(result, body);
    // A NUL in the middle ends the stream early: what follows it was not read.
    return stream.Tell() == body.size() ? Fault::None : Fault::NotJson;
}

Fault parse(std::string_view text, rapidjson::Document& document) {
    document.SetNull();
    if (isTooDeep(text)) return Fault::TooDeep;
    rapidjson::MemoryStream stream(text.data(), text.size());
    document.ParseStream<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(
        stream
    );
    const Fault fault = syntaxFault(document, text);
    if (fault != Fault::None) document.SetNull();
    return fault;
}

const rapidjson::Value* member(const rapidjson::Value& value, const char* name) noexcept {
    if (!value.IsObject()) return nullptr;
    const auto found = value.FindMember(name);
    return found == value.MemberEnd() ? nullptr : &found->value;
}

const rapidjson::Value* member(const rapidjson::Value* value, const char* name) noexcept {
    return value == nullptr ? nullptr : member(*value, name);
}

std::string_view text(const rapidjson::Value& value, const char* name) noexcept {
    const rapidjson::Value* found = member(value, name);
    return found != nullptr && found->IsString()
               ? std::string_view(found->GetString(), found->GetStringLength())
               : std::string_view();
}

std::string_view text(const rapidjson::Value* value, const char* name) noexcept {
    return value == nullptr ? std::string_view() : text(*value, name);
}

}  // namespace ferry::dropbox::json
