#include "http/message.h"

#include "base/ascii.h"
#include "base/encoding.h"

namespace ferry::http {
namespace {

bool equalWithoutCase(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lowerAscii(a[i]) != lowerAscii(b[i])) return false;
    }
    return true;
}

}  // namespace

std::optional<std::string_view> Headers::get(std::string_view name) const noexcept {
    for (const auto& [field, value] : fields_) {
        if (equalWithoutCase(field, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string> Request::queryValue(std::string_view name) const {
    std::string_view rest = query;
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(pair.size() == rest.size() ? pair.size() : pair.size() + 1);
        const std::size_t equals = pair.find('=');
        const auto key = percentDecode(pair.substr(0, equals), true);
        if (!key || *key != name) continue;
        if (equals == std::string_view::npos) return std::string();
        return percentDecode(pair.substr(equals + 1), true);
    }
    return std::nullopt;
}

}  // namespace ferry::http
