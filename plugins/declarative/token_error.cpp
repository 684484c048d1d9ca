#include "token_error.h"

#include "json.h"
#include "text.h"

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

}  // namespace

std::string tokenErrorText(const rapidjson::Value& answer, const Secrets& secrets) {
    const auto error = answer.FindMember("error");
    const bool is_object = error != answer.MemberEnd() && error->value.IsObject();
    const rapidjson::Value& said = is_object ? error->value : answer;
    const std::string word = is_object ? firstText(said, {"code", "type", "status"})
                                       : firstText(said, {"error", "code"});
    const std::string more =
        firstText(said, {"error_description", "message", "error_message", "description", "detail"});
    const std::string text = word.empty() || more.empty() ? word + more : word + ": " + more;
    // Before the cut: the start of a secret is not let through either.
    std::string line = oneLine(secrets.without(text));
    line.resize(wholeCharacters(line, kTokenErrorBytesMax));
    if (line.ends_with(' ')) line.pop_back();
    return line.empty() ? std::string("an error without a word") : line;
}

}  // namespace ferry::declarative
