// Checks of single values by type; the YAML and REST sides share them.
#include "config/field_table.h"
#include "config/node_reader.h"
#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ferry::config {

namespace {

using Problem = std::optional<ValueProblem>;

Problem checkRange(const Field& field, std::int64_t number) {
    if (field.min && number < *field.min) {
        return ValueProblem{
            fmt::format("is less than {}", boundText(field, *field.min)), "give a larger value"};
    }
    if (field.max && number > *field.max) {
        return ValueProblem{
            fmt::format("is more than {}", boundText(field, *field.max)), "give a smaller value"};
    }
    return std::nullopt;
}

Problem checkBoolean(std::string_view text, std::string& normal) {
    const std::optional<bool> value = parseBoolean(text);
    if (value) {
        normal = *value ? "true" : "false";
        return std::nullopt;
    }
    const bool is_yes =
        text == "yes" || text == "on" || text == "1" || text == "Yes" || text == "On";
    const bool is_no =
        text == "no" || text == "off" || text == "0" || text == "No" || text == "Off";
    return ValueProblem{
        "is neither true nor false",
        is_yes ? "write true" : (is_no ? "write false" : "write true or false")};
}

Problem checkInteger(const Field& field, std::string_view text, std::string& normal) {
    const std::optional<std::int64_t> value = parseInteger(text);
    if (!value) {
        return ValueProblem{
            "is not a whole number",
            field.example.empty() ? "write digits only"
                                  : fmt::format("write for example {}", field.example)};
    }
    normal = std::to_string(*value);
    return checkRange(field, *value);
}

Problem checkDuration(const Field& field, std::string_view text, std::string& normal) {
    const std::optional<std::chrono::milliseconds> value = parseDuration(text);
    if (!value) {
        return ValueProblem{
            "is not a duration",
            parseInteger(text) ? "add a unit: ms, s, m, h or d"
                               : "write for example 500ms, 5s, 1h30m"};
    }
    normal = fmt::format("{}ms", value->count());
    return checkRange(field, value->count());
}

Problem checkBytes(const Field& field, std::string_view text, std::string& normal) {
    const std::optional<std::int64_t> value = parseBytes(text);
    if (!value) return ValueProblem{"is not a size", "write for example 512, 64KiB or 10MiB"};
    normal = std::to_string(*value);
    return checkRange(field, *value);
}

Problem checkUrlValue(const Field& field, std::string_view text, std::string& normal) {
    UrlParts parts;
    // A link to a section of a page.
    const std::size_t end = field.is_for_people ? text.find('#') : text.npos;
    const std::string_view fault = checkUrl(text.substr(0, end), parts);
    const bool is_clean = end == text.npos || text.find_first_of(" #\"<>`", end + 1) == text.npos;
    if (fault.empty() && is_clean) {
        normal = text;
        return std::nullopt;
    }
    return ValueProblem{
        fmt::format(
            "is not a URL the hub can use: it {}",
            fault.empty() ? "has a character in its fragment that can't be there" : fault
        ),
        fmt::format(
            "write for example {}",
            field.example.empty() ? "https://www.example.com" : field.example
        )};
}

Problem checkEnum(const Field& field, std::string_view text, std::string& normal) {
    if (std::find(field.values.begin(), field.values.end(), text) != field.values.end()) {
        normal = text;
        return std::nullopt;
    }
    std::string suggestion =
        didYouMean(text, std::vector<std::string_view>(field.values.begin(), field.values.end()));
    if (field.is_secret) suggestion.clear();
    return ValueProblem{
        fmt::format("is none of: {}", fmt::join(field.values, ", ")), std::move(suggestion)};
}

Problem checkList(std::string_view text, std::string& normal) {
    const std::vector<std::string> items = splitList(text);
    if (items.size() > kListItemsMax) {
        return ValueProblem{fmt::format("has more than {} items", kListItemsMax), ""};
    }
    normal = fmt::format("{}", fmt::join(items, ","));
    return std::nullopt;
}

Problem checkByType(const Field& field, std::string_view text, std::string& normal) {
    switch (field.type) {
        case ValueType::Boolean:
            return checkBoolean(text, normal);
        case ValueType::Integer:
            return checkInteger(field, text, normal);
        case ValueType::Duration:
            return checkDuration(field, text, normal);
        case ValueType::Bytes:
            return checkBytes(field, text, normal);
        case ValueType::Url:
            return checkUrlValue(field, text, normal);
        case ValueType::Enum:
            return checkEnum(field, text, normal);
        case ValueType::List:
            return checkList(text, normal);
        default:
            normal = text;
            return std::nullopt;
    }
}

}  // namespace

std::string boundText(const Field& field, std::int64_t bound) {
    if (field.type == ValueType::Duration) return durationText(std::chrono::milliseconds(bound));
    if (field.type == ValueType::Bytes) return bytesText(bound);
    return std::to_string(bound);
}

std::optional<ValueProblem> checkValue(
    const Field& field, std::string_view text, std::string& normal
) {
    if (text.size() > field.bytes_max) {
        return ValueProblem{fmt::format("is longer than {} bytes", field.bytes_max), ""};
    }
    if (text.find('\0') != text.npos) return ValueProblem{"holds a NUL character", "remove it"};
    if (Problem problem = checkByType(field, text, normal)) return problem;
    // It knows more of what is wrong than a pattern does.
    if (field.check != nullptr)
        if (Problem problem = field.check(text)) return problem;
    if (field.pattern.isSet() && !field.pattern.matches(std::string(text))) {
        return ValueProblem{
            field.pattern_message.empty()
                ? fmt::format("does not match the pattern {}", field.pattern.expression())
                : fmt::format("is wrong: {}", field.pattern_message),
            field.example.empty() ? "" : fmt::format("an example: {}", field.example)};
    }
    return std::nullopt;
}

}  // namespace ferry::config
