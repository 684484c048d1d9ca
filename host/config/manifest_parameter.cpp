#include "config/manifest_parameter.h"

#include "config/node_reader.h"

#include <fmt/format.h>

namespace ferry::config {

namespace {

void readPattern(Field& field, const YamlNode& node, Reporter& reporter) {
    const std::string expression = textOf(node, "pattern");
    if (expression.empty()) return;
    std::optional<Pattern> pattern = Pattern::compile(expression);
    if (pattern) {
        field.pattern = std::move(*pattern);
    } else {
        reporter.atValue(
            *node.find("pattern"),
            Visibility::Shown,
            "this is not a POSIX extended regular expression"
        );
    }
}

std::optional<std::int64_t> readBound(
    ValueType type, const YamlNode& node, std::string_view key, Reporter& reporter
) {
    const YamlNode* bound = node.find(key);
    if (bound == nullptr || !bound->isScalar()) return std::nullopt;
    std::optional<std::int64_t> number;
    if (type == ValueType::Integer) number = parseInteger(bound->text);
    if (type == ValueType::Bytes) number = parseBytes(bound->text);
    if (type == ValueType::Duration) {
        if (const auto duration = parseDuration(bound->text)) number = duration->count();
    }
    if (!number) {
        reporter.atValue(
            *bound,
            Visibility::Shown,
            fmt::format("'{}' does not fit the type '{}'", key, valueTypeName(type))
        );
    }
    return number;
}

void readDefault(Field& field, const YamlNode& node, Reporter& reporter) {
    const YamlNode* value = node.find("default");
    Field alone = field;  // advice must not give the example that is judged
    alone.example.clear();
    for (const char* key : {"default", "example"}) {
        const YamlNode* given = node.find(key);
        std::string normal;
        if (given == nullptr || !given->isScalar()) continue;
        if (auto problem = checkValue(alone, given->text, normal)) {
            reporter.atValue(
                *given,
                Visibility::Shown,
                fmt::format("the {} of '{}' {}", key, field.key, problem->message),
                std::move(problem->suggestion)
            );
        }
    }
    if (value != nullptr && value->isScalar()) field.default_value = value->text;
}

}  // namespace

Field readParameter(const YamlNode& node, Reporter& reporter) {
    Field field;
    field.key = textOf(node, "key");
    field.title = textOf(node, "name");
    field.description = textOf(node, "description");
    field.type = valueTypeFromName(textOf(node, "type")).value_or(ValueType::String);
    field.is_required = parseBoolean(textOf(node, "required")).value_or(false);
    field.is_secret = parseBoolean(textOf(node, "secret")).value_or(false);
    field.profiles = listOf(node, "profile");
    field.example = textOf(node, "example");
    field.pattern_message = textOf(node, "pattern_message");
    field.values = listOf(node, "values");
    field.min = readBound(field.type, node, "min", reporter);
    field.max = readBound(field.type, node, "max", reporter);
    if (const YamlNode* on = node.find("depends_on"); on != nullptr && on->isMapping()) {
        field.depends_on = Dependency{textOf(*on, "key"), textOf(*on, "value")};
    }
    readPattern(field, node, reporter);
    if ((field.type == ValueType::Enum) == field.values.empty()) {
        reporter.atKey(
            *node.findKey("type"),
            fmt::format("'{}' must have 'values' if, and only if, it is an enum", field.key)
        );
    }
    readDefault(field, node, reporter);
    return field;
}

}  // namespace ferry::config
