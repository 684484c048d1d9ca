#include "demo/fake_dropbox/http_message.h"

#include "base/encoding.h"

namespace ferry::demo {

std::map<std::string, std::string> parseForm(std::string_view text) {
    std::map<std::string, std::string> fields;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        const auto name = percentDecode(pair.substr(0, equals), true);
        const auto value = equals == std::string_view::npos
                               ? std::optional<std::string>("")
                               : percentDecode(pair.substr(equals + 1), true);
        if (name && value && !name->empty()) fields[*name] = *value;
    }
    return fields;
}

}  // namespace ferry::demo
