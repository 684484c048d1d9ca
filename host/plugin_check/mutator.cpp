#include "plugin_check/mutator.h"

#include <iterator>

namespace ferry::plugin_check {

std::string Mutator::text(std::string text) {
    static const std::string kStumbling[] = {
        "\"",
        "\\",
        "\\u",
        "\\ud800",
        "\\u0000",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "-1",
        "1e999",
        "99999999999999999999",
        "\xff",
        "\xed\xa0\x80",
        std::string(1, '\0'),
        "%",
        "%4",
        "%zz",
        "&",
        "=",
        "+",
        "\r\n",
        "<",
        std::string(64, '[')};
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
        const std::size_t at = below(text.size() + 1);
        switch (below(6)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(random_());
                break;
            case 1:
                text.insert(at, kStumbling[below(std::size(kStumbling))]);
                break;
            case 2:
                text.erase(at, below(16));
                break;
            case 3:
                text.insert(at, text.substr(below(text.size() + 1), below(64)));
                break;
            case 4:
                text.resize(at);
                break;
            default:
                if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        }
    }
    return text;
}

plugin::Fields Mutator::fields(plugin::Fields fields) {
    for (plugin::Field& field : fields) {
        if (below(3) == 0) field.value = text(std::move(field.value));
        if (below(16) == 0) field.name = text(std::move(field.name));
    }
    if (!fields.empty() && below(8) == 0)
        fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(below(fields.size())));
    if (!fields.empty() && below(8) == 0) fields.push_back(fields[below(fields.size())]);
    return fields;
}

}  // namespace ferry::plugin_check
