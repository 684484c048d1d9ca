#include "token_error.h"

#include "json.h"

#include <string_view>

namespace ferry::declarative {
namespace {

/// The first of the members that has a text.
std::string firstText(const rapidjson::Value& object, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        std::string text = textAt(object, name);
        if (!text.empty()) return text;
    }
    return {};
}

/// Cut between two characters; what is not printed is a blank, and of blanks there is one.
std::string oneLine(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool is_blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
        if (!is_blank)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.size() > kTokenErrorBytesMax) {
        std::size_t end = kTokenErrorBytesMax;
        while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
            --end;
        line.resize(end);
    }
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line;
}

}  // namespace

std::string tokenErrorText(const rapidjson::Value& answer) {
    const auto error = answer.FindMember("error");
    const bool is_object = error != answer.MemberEnd() && error->value.IsObject();
    const rapidjson::Value& said = is_object ? error->value : answer;
    const std::string word = is_object ? firstText(said, {"code", "type", "status"})
                                       : firstText(said, {"error", "code"});
    const std::string more =
        firstText(said, {"error_description", "message", "error_message", "description", "detail"});
    std::string line = oneLine(word.empty() || more.empty() ? word + more : word + ": " + more);
    return line.empty() ? std::string("an error without a word") : line;
}

}  // namespace ferry::declarative
