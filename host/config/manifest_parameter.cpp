#include "config/manifest_parameter.h"

#include "config/node_reader.h"

#include <fmt/format.h>

namespace ferry::config {

namespace {

void readPattern(Field& field, const YamlNode& node, Reporter& reporter) {
    const std::string expression = textOf(node, "pattern");
    if (expression.empty() || isUnknown(node, "pattern")) return;
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
    if (bound == nullptr || !bound->isScalar() || bound->isGap()) return std::nullopt;
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

void checkBounds(const Field& field, const YamlNode& node, Reporter& reporter) {
    if (!field.min || !field.max || *field.min <= *field.max) return;
    reporter.atValue(
        *node.find("max"),
        Visibility::Shown,
        fmt::format(
            "no value of '{}' is good: its 'max' is less than its 'min', which is {}",
            field.key,
            boundText(field, *field.min)
        )
    );
}

/// A default has no use where a value must be given, and a secret that all instances share is none.
void warnOfDefault(const Field& field, const YamlNode& node, Reporter& reporter) {
    if (!field.default_value) return;
    const YamlNode& key = *node.findKey("default");
    if (field.is_secret) {
        reporter.warnAtKey(
            key,
            fmt::format("'{}' is secret, and everybody can read its default", field.key),
            "remove 'default'"
        );
    } else if (field.is_required) {
        reporter.warnAtKey(
            key,
            fmt::format("the default of '{}' is never used: the parameter is required", field.key),
            "remove 'default' or 'required'"
        );
    }
}

void readDefault(Field& field, const YamlNode& node, Reporter& reporter) {
    const YamlNode* value = node.find("default");
    // Without a type, or values, there is nothing to judge it by, and that is told.
    const bool has_values = field.type != ValueType::Enum || !field.values.empty();
    const bool is_judged = has_values && !isUnknown(node, "type") && !isUnknown(node, "values");
    Field alone = field;  // advice must not give the example that is judged
    alone.example.clear();
    for (const char* key : {"default", "example"}) {
        const YamlNode* given = node.find(key);
        std::string normal;
        if (given == nullptr || !given->isScalar() || given->isGap() || !is_judged) continue;
        if (auto problem = checkValue(alone, given->text, normal)) {
            reporter.atValue(
                *given,
                Visibility::Shown,
                fmt::format("the {} of '{}' {}", key, field.key, problem->message),
                std::move(problem->suggestion)
            );
        }
    }
    if (value != nullptr && value->isScalar() && !value->isGap()) field.default_value = value->text;
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
    const bool is_type_known = !isUnknown(node, "type");
    if (is_type_known) {
        field.min = readBound(field.type, node, "min", reporter);
        field.max = readBound(field.type, node, "max", reporter);
    }
    if (const YamlNode* on = given(node, "depends_on"); on != nullptr && on->isMapping()) {
        field.depends_on = Dependency{textOf(*on, "key"), textOf(*on, "value")};
    }
    checkBounds(field, node, reporter);
    if (field.depends_on && field.depends_on->key == field.key) {
        reporter.atValue(
            *node.find("depends_on")->find("key"),
            Visibility::Shown,
            fmt::format("'{}' depends on itself", field.key),
            "name another parameter, or remove 'depends_on'"
        );
    }
    readPattern(field, node, reporter);
    const bool is_fault = (field.type == ValueType::Enum) == field.values.empty();
    if (is_fault && is_type_known && !isUnknown(node, "values")) {
        reporter.atKey(
            *node.findKey("type"),
            fmt::format("'{}' must have 'values' if, and only if, it is an enum", field.key)
        );
    }
    readDefault(field, node, reporter);
    warnOfDefault(field, node, reporter);
    return field;
}

}  // namespace ferry::config
