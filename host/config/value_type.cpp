#include "config/value_type.h"

#include "base/ascii.h"

#include <regex.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <mutex>
#include <utility>

namespace ferry::config {

namespace {

constexpr std::array<std::pair<std::string_view, ValueType>, 8> kFlatTypes = {{
    {"string", ValueType::String},
    {"boolean", ValueType::Boolean},
    {"integer", ValueType::Integer},
    {"duration", ValueType::Duration},
    {"bytes", ValueType::Bytes},
    {"url", ValueType::Url},
    {"enum", ValueType::Enum},
    {"list", ValueType::List},
}};

bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool isAlphanumeric(char c) noexcept {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Reads digits from the start of `text` and removes them.
std::optional<std::int64_t> takeNumber(std::string_view& text) noexcept {
    std::int64_t number = 0;
    if (text.empty() || !isDigit(text[0])) return std::nullopt;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

}  // namespace

std::string_view valueTypeName(ValueType type) noexcept {
    for (const auto& [name, value] : kFlatTypes) {
        if (value == type) return name;
    }
    if (type == ValueType::Any) return "any";
    return type == ValueType::ObjectList ? "list of mappings" : "mapping";
}

std::optional<ValueType> valueTypeFromName(std::string_view name) noexcept {
    for (const auto& [known, value] : kFlatTypes) {
        if (known == name) return value;
    }
    return std::nullopt;
}

const std::vector<std::string>& parameterTypeNames() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const auto& entry : kFlatTypes)
            list.emplace_back(entry.first);
        return list;
    }();
    return names;
}

std::optional<bool> parseBoolean(std::string_view text) noexcept {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return std::nullopt;
}

std::optional<std::int64_t> parseBytes(std::string_view text) noexcept {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 10> kUnits = {{
        {"", 1},
        {"B", 1},
        {"KB", 1'000},
        {"MB", 1'000'000},
        {"GB", 1'000'000'000},
        {"TB", 1'000'000'000'000},
        {"KiB", std::int64_t{1} << 10},
        {"MiB", std::int64_t{1} << 20},
        {"GiB", std::int64_t{1} << 30},
        {"TiB", std::int64_t{1} << 40},
    }};
    const std::optional<std::int64_t> number = takeNumber(text);
    if (!number) return std::nullopt;
    if (!text.empty() && text[0] == ' ') text.remove_prefix(1);
    for (const auto& [unit, factor] : kUnits) {
        if (unit != text) continue;
        if (*number > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
        return *number * factor;
    }
    return std::nullopt;
}

std::string bytesText(std::int64_t bytes) {
    constexpr std::array<std::string_view, 4> kUnits = {"", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    while (unit + 1 < kUnits.size() && bytes != 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        ++unit;
    }
    return std::to_string(bytes) + std::string(kUnits[unit]);
}

namespace {

std::string_view checkHost(std::string_view authority, UrlParts& parts) noexcept {
    if (authority.find('@') != authority.npos) return "holds a user name or password";
    std::string_view after = authority;
    if (!authority.empty() && authority[0] == '[') {
        const std::size_t end = authority.find(']');
        if (end == authority.npos) return "has an IPv6 address without ']'";
        parts.host = authority.substr(1, end - 1);
        after.remove_prefix(end + 1);
        const bool is_address =
            parts.host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
        if (!is_address) return "has a wrong IPv6 address";
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        parts.host = authority.substr(0, colon);
        after.remove_prefix(colon);
        const bool is_name = std::all_of(parts.host.begin(), parts.host.end(), [](char c) {
            return isAlphanumeric(c) || c == '-' || c == '.' || c == '_';
        });
        if (!is_name) return "has a character in its host name that can't be there";
    }
    if (parts.host.empty()) return "has no host";
    if (after.empty()) return {};
    parts.port = after.substr(1);
    const std::optional<std::int64_t> port = parseInteger(parts.port);
    if (after[0] != ':' || !port || *port < 1 || *port > 65535) return "has a wrong port";
    return {};
}

}  // namespace

std::string_view checkUrl(std::string_view text, UrlParts& parts) noexcept {
    const std::size_t separator = text.find("://");
    if (separator == text.npos) return "does not begin with https:// or http://";
    const std::string_view scheme = text.substr(0, separator);  // in any case: RFC 3986, 3.1
    const auto isScheme = [scheme](std::string_view known) {
        return std::equal(
            scheme.begin(),
            scheme.end(),
            known.begin(),
            known.end(),
            [](char given, char lower) { return lowerAscii(given) == lower; }
        );
    };
    if (isScheme("https")) {
        parts.scheme = "https";
    } else if (isScheme("http")) {
        parts.scheme = "http";
    } else {
        return "has a scheme other than https and http";
    }
    const bool is_clean = std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c != 0x7F && c != '"' && c != '<' && c != '>' && c != '\\' && c != '`';
    });
    if (!is_clean) return "holds a space or another character that must be percent-encoded";
    if (text.find('#') != text.npos) return "holds a fragment ('#')";
    const std::string_view after = text.substr(separator + 3);
    const std::size_t end = std::min(after.find_first_of("/?"), after.size());
    parts.rest = after.substr(end);
    return checkHost(after.substr(0, end), parts);
}

namespace {

/// regexec locks by itself, in a way that the thread sanitizer can't see; so it costs nothing to
/// lock once more where it can.
struct CompiledPattern {
    CompiledPattern() = default;
    ~CompiledPattern() {
        if (is_good) ::regfree(&regex);
    }
    CompiledPattern(const CompiledPattern&) = delete;
    CompiledPattern& operator=(const CompiledPattern&) = delete;

    regex_t regex{};
    bool is_good = false;
    mutable std::mutex mutex;
};

}  // namespace

std::optional<Pattern> Pattern::compile(const std::string& expression) {
    auto compiled = std::make_shared<CompiledPattern>();
    const std::string whole = "^(" + expression + ")$";
    if (::regcomp(&compiled->regex, whole.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
        return std::nullopt;
    }
    compiled->is_good = true;
    Pattern pattern;
    pattern.expression_ = expression;
    pattern.compiled_ = std::move(compiled);
    return pattern;
}

bool Pattern::matches(const std::string& text) const noexcept {
    const auto* compiled = static_cast<const CompiledPattern*>(compiled_.get());
    const std::lock_guard lock(compiled->mutex);
    return ::regexec(&compiled->regex, text.c_str(), 0, nullptr, 0) == 0;
}

}  // namespace ferry::config
