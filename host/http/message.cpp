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

/// Calls `take` with each decoded value of `name`, nullopt if badly encoded, until it says false.
template <typename Take>
void eachValue(std::string_view query, std::string_view name, Take&& take) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
        const std::size_t equals = pair.find('=');
        const auto key = percentDecode(pair.substr(0, equals), true);
        if (!key || *key != name) continue;
        const bool has_value = equals != std::string_view::npos;
        if (!take(has_value ? percentDecode(pair.substr(equals + 1), true) : std::string())) return;
    }
}

}  // namespace

std::optional<std::string_view> Headers::get(std::string_view name) const noexcept {
    for (const auto& [field, value] : fields_) {
        if (equalWithoutCase(field, name)) return value;
    }
    return std::nullopt;
}

std::string_view pathOf(std::string_view target) noexcept {
    const std::size_t scheme = target.find("://");
    if (!target.empty() && target.front() != '/' && scheme != std::string_view::npos) {
        const std::size_t path = target.find('/', scheme + 3);
        target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    }
    return target.substr(0, target.find('?'));
}

std::optional<std::string> Request::queryValue(std::string_view name) const {
    std::optional<std::string> found;
    eachValue(query, name, [&](std::optional<std::string> value) {
        found = std::move(value);
        return false;
    });
    return found;
}

std::vector<std::string> Request::queryValues(std::string_view name) const {
    std::vector<std::string> found;
    eachValue(query, name, [&](std::optional<std::string> value) {
        if (value) found.push_back(std::move(*value));
        return true;
    });
    return found;
}

}  // namespace ferry::http
