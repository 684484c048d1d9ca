#include "json.h"

#include "text.h"

#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>

namespace ferry::declarative {
namespace {

/// Steps through text that is known to be JSON.
class Walker {
  public:
    explicit Walker(std::string_view text) : text_(text) { skipBlanks(); }

    char front() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    std::size_t place() const { return at_; }
    bool take(char wanted) {
        if (front() != wanted) return false;
        ++at_;
        skipBlanks();
        return true;
    }
    /// A string with its quotes, as it stands there.
    std::string_view string() {
        const std::size_t begin = at_++;
        while (at_ < text_.size() && text_[at_] != '"')
            at_ += text_[at_] == '\\' ? 2 : 1;
        ++at_;
        const std::string_view found = text_.substr(begin, at_ - begin);
        skipBlanks();
        return found;
    }
    /// The next value as it stands there.
    std::string_view value() {
        const std::size_t begin = at_;
        std::size_t end = at_;
        std::size_t depth = 0;
        do {
            const char c = front();
            if (c == '"') {
                end = at_;
                string();
                end += stringBytes(end);
            } else {
                depth += c == '{' || c == '[' ? 1 : 0;
                depth -= c == '}' || c == ']' ? 1 : 0;
                ++at_;
                const bool is_word = depth == 0 && c != '}' && c != ']';
                while (is_word && at_ < text_.size() && isWord(text_[at_]))
                    ++at_;
                end = at_;
                skipBlanks();
            }
        } while (depth > 0 && at_ < text_.size());
        return text_.substr(begin, end - begin);
    }

  private:
    static bool isWord(char c) {
        return isDigit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '-' ||
               c == '+';
    }
    std::size_t stringBytes(std::size_t begin) const {
        std::size_t end = begin + 1;
        while (end < text_.size() && text_[end] != '"')
            end += text_[end] == '\\' ? 2 : 1;
        return end + 1 - begin;
    }
    void skipBlanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Writes what is read, numbers as they stand there.
class Shortener : public rapidjson::Writer<rapidjson::StringBuffer> {
  public:
    Shortener(rapidjson::StringBuffer& out, std::size_t bytes_max)
        : Writer(out), bytes_max_(bytes_max) {}
    bool String(const char* text, rapidjson::SizeType bytes, bool) {
        return Writer::String(text, bytes > bytes_max_ ? 0 : bytes);
    }
    bool RawNumber(const char* text, rapidjson::SizeType bytes, bool) {
        return RawValue(text, bytes, rapidjson::kNumberType);
    }

  private:
    std::size_t bytes_max_;
};

std::string decoded(std::string_view quoted) {
    rapidjson::Document name;
    name.Parse(quoted.data(), quoted.size());
    return name.IsString() ? std::string(name.GetString(), name.GetStringLength()) : std::string();
}

/// Goes to the member or item `part`; false if there is none.
bool enter(Walker& walker, const std::string& part) {
    if (walker.take('{')) {
        while (walker.front() == '"') {
            const bool is_it = decoded(walker.string()) == part;
            walker.take(':');
            if (is_it) return true;
            walker.value();
            walker.take(',');
        }
        return false;
    }
    std::size_t index = 0;
    std::from_chars(part.data(), part.data() + part.size(), index);
    if (!walker.take('[')) return false;
    for (std::size_t i = 0; i < index; ++i) {
        walker.value();
        if (!walker.take(',')) return false;
    }
    return true;
}

}  // namespace

std::string textAt(const rapidjson::Value& object, const char* name) {
    if (!object.IsObject()) return {};
    const auto found = object.FindMember(name);
    if (found == object.MemberEnd() || !found->value.IsString()) return {};
    return {found->value.GetString(), found->value.GetStringLength()};
}

bool JsonDocument::parse(std::string_view text) {
    document_.SetNull();
    values_.Clear();
    text_ = text;
    // Texts stay where they are, and nothing is recursive, however deep it is nested.
    constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag;
    rapidjson::InsituStringStream stream(text_.data());
    document_.ParseStream<kFlags>(stream);
    // Less is behind a NUL, which ends the text for the parser.
    return !document_.HasParseError() && stream.Tell() == text.size();
}

std::string withoutLongTexts(std::string_view record, std::size_t bytes_max) {
    rapidjson::StringBuffer out;
    Shortener shortener(out, bytes_max);
    rapidjson::MemoryStream stream(record.data(), record.size());
    rapidjson::Reader reader;
    constexpr unsigned kFlags =
        rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
    reader.Parse<kFlags>(stream, shortener);
    return {out.GetString(), out.GetSize()};
}

std::string jsonText(std::string_view text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return {buffer.GetString(), buffer.GetSize()};
}

std::optional<std::string_view> fitting(std::string_view record, std::string& made) {
    constexpr std::size_t kRecordBytesMax = 1U << 20U;
    constexpr std::size_t kKeptTextBytes = 16U << 10U;
    if (record.size() <= kRecordBytesMax) return record;
    made = withoutLongTexts(record, kKeptTextBytes);
    if (made.size() > kRecordBytesMax) return std::nullopt;
    return made;
}

std::vector<std::string_view> itemsOf(std::string_view text, const Pointer& pointer) {
    Walker walker(text);
    for (const std::string& part : pointer)
        if (!enter(walker, part)) return {};
    std::vector<std::string_view> items;
    if (!walker.take('[') || walker.front() == ']') return items;
    do {
        items.push_back(walker.value());
    } while (walker.take(','));
    return items;
}

}  // namespace ferry::declarative
