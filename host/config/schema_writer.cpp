#include "config/schema_writer.h"

#include "config/expression_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ferry::config {

namespace {

constexpr const char* kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr const char* kReference = "[$][{](env|file):";
constexpr const char* kDuration = "([0-9]+(ms|s|m|h|d))+";
constexpr const char* kBytes = "[0-9]+ ?(B|[KMGT]B|[KMGT]iB)?";
constexpr const char* kUrl = "[hH][tT][tT][pP][sS]?://[^ #\"<>`]+";
constexpr const char* kLink = "[hH][tT][tT][pP][sS]?://[^ #\"<>`]+(#[^ #\"<>`]*)?";
// What an expression takes from elsewhere, beside a plain text.
constexpr const char* kSource = "/.*|[a-z_]+:.*|.*[$][{].*";

}  // namespace

void SchemaWriter::begin(std::string_view title) {
    json_.beginObject().field("$schema", kDialect).key("title").string(title);
}

void SchemaWriter::types(std::initializer_list<const char*> names) {
    json_.key("type").beginArray();
    for (const char* name : names)
        json_.string(std::string_view(name));
    json_.endArray();
}

void SchemaWriter::mapping(const FieldTable& table, bool may_be_null) {
    if (may_be_null)
        types({"object", "null"});
    else
        types({"object"});
    json_.key("properties").beginObject();
    members(table.fields());
    json_.endObject();
    required(table.fields());
    json_.field("additionalProperties", false);
}

void SchemaWriter::members(const std::vector<Field>& fields) {
    for (const Field& field : fields) {
        json_.key(field.key).beginObject();
        describe(field);
        value(field);
        json_.endObject();
    }
}

void SchemaWriter::expressionDefinitions() {
    json_.key("$defs").beginObject();
    json_.key("expression").beginObject().key("anyOf").beginArray();
    scalar();
    json_.beginObject();
    mapping(expressionFields());
    json_.endObject().endArray().endObject();
    json_.key("condition").beginObject();
    types({"object"});
    json_.key("minProperties").number(std::int64_t{1});
    json_.key("additionalProperties").beginObject();
    types({"string", "number", "boolean", "array", "object"});
    json_.endObject().endObject().endObject();
}

void SchemaWriter::scalar() {
    json_.beginObject();
    types({"string", "number", "boolean"});
    json_.endObject();
}

void SchemaWriter::required(const std::vector<Field>& fields) {
    json_.key("required").beginArray();
    for (const Field& field : fields) {
        if (field.is_required) json_.string(std::string_view(field.key));
    }
    json_.endArray();
}

void SchemaWriter::describe(const Field& field) {
    if (!field.title.empty()) json_.field("title", field.title);
    std::string text = field.description;
    if (field.min && field.max) {
        text +=
            fmt::format(" ({} to {})", boundText(field, *field.min), boundText(field, *field.max));
    } else if (field.min) {
        text += fmt::format(" (at least {})", boundText(field, *field.min));
    } else if (field.max) {
        text += fmt::format(" (at most {})", boundText(field, *field.max));
    }
    if (!field.pattern_message.empty()) text += fmt::format("; {}", field.pattern_message);
    json_.field("description", text);
    if (field.default_value) {
        json_.key("default");
        typed(field, *field.default_value);
    }
    if (!field.example.empty()) {
        json_.key("examples").beginArray();
        typed(field, field.example);
        json_.endArray();
    }
}

void SchemaWriter::typed(const Field& field, const std::string& text) {
    const auto truth = parseBoolean(text);
    const auto number = parseInteger(text);
    if (field.type == ValueType::Boolean && truth)
        json_.boolean(*truth);
    else if (field.type == ValueType::Integer && number)
        json_.number(*number);
    else
        json_.string(std::string_view(text));
}

bool SchemaWriter::hasReferences() const {
    return references_ == References::Allowed;
}

void SchemaWriter::pattern(std::string expression) {
    // An empty text counts as none.
    expression = fmt::format("^({})?$", expression);
    if (hasReferences()) expression += fmt::format("|{}", kReference);
    json_.field("pattern", expression);
}

void SchemaWriter::typesOf(const Field& field, std::initializer_list<const char*> names) {
    json_.key("type").beginArray();
    for (const char* name : names)
        json_.string(std::string_view(name));
    if (!field.is_required) json_.string(std::string_view("null"));
    json_.endArray();
}

void SchemaWriter::value(const Field& field) {
    switch (field.type) {
        case ValueType::String:
            typesOf(field, {"string", "number", "boolean"});
            if (isPortable(field)) pattern(field.pattern.expression());
            break;
        case ValueType::Boolean:
            typesOf(field, {"boolean", "string"});
            pattern("true|True|TRUE|false|False|FALSE");
            break;
        case ValueType::Integer:
            typesOf(field, {"integer", "string"});
            pattern("-?[0-9]+");
            if (field.min) json_.key("minimum").number(*field.min);
            if (field.max) json_.key("maximum").number(*field.max);
            break;
        case ValueType::Duration:
            typesOf(field, {"string"});
            pattern(kDuration);
            break;
        case ValueType::Bytes:
            typesOf(field, {"integer", "string"});
            json_.key("minimum").number(field.min.value_or(0));
            pattern(kBytes);
            break;
        case ValueType::Url:
            typesOf(field, {"string"});
            pattern(field.is_for_people ? kLink : kUrl);
            break;
        case ValueType::Enum:
            enumeration(field);
            break;
        case ValueType::List:
            list(field);
            break;
        default:
            nested(field);
    }
}

bool SchemaWriter::isPortable(const Field& field) {
    return field.pattern.isSet() && field.pattern.expression().find("[:") == std::string::npos;
}

void SchemaWriter::choices(const Field& field) {
    json_.key("enum").beginArray();
    for (const std::string& text : field.values) {
        json_.string(std::string_view(text));
        // Without quotes these are no texts to a YAML reader.
        if (const auto truth = parseBoolean(text)) json_.boolean(*truth);
        if (const auto number = parseInteger(text)) json_.number(*number);
    }
    if (!field.is_required) json_.null();
    json_.endArray();
}

void SchemaWriter::enumeration(const Field& field) {
    if (!hasReferences()) return choices(field);
    json_.key("anyOf").beginArray().beginObject();
    choices(field);
    json_.endObject().beginObject();
    types({"string"});
    json_.field("pattern", kReference);
    json_.endObject().endArray();
}

void SchemaWriter::list(const Field& field) {
    typesOf(field, {"array", "string", "number", "boolean"});
    json_.key("items").beginObject();
    types({"string", "number", "boolean"});
    json_.endObject();
    json_.key("maxItems").number(static_cast<std::int64_t>(kListItemsMax));
}

void SchemaWriter::nested(const Field& field) {
    switch (field.type) {
        case ValueType::Object:
            return mapping(*field.table, !field.is_required);
        case ValueType::ObjectList:
            typesOf(field, {"array"});
            return items(*field.table);
        case ValueType::ObjectMap:
            typesOf(field, {"object"});
            json_.key("additionalProperties").beginObject();
            mapping(*field.table, true);
            json_.endObject();
            return;
        case ValueType::StringMap:
            typesOf(field, {"object"});
            json_.key("additionalProperties").beginObject();
            types({"string", "number", "boolean"});
            json_.endObject();
            return;
        default:
            return form(field);
    }
}

void SchemaWriter::items(const FieldTable& table) {
    json_.key("items").beginObject();
    mapping(table);
    json_.endObject();
}

void SchemaWriter::form(const Field& field) {
    const auto refer = [&](const char* name) {
        json_.field("$ref", std::string("#/$defs/") + name);
    };
    switch (field.form) {
        case AnyForm::Free:
            return;
        case AnyForm::Rules:
            types({"array"});
            json_.key("minItems").number(std::int64_t{1});
            return items(*field.table);
        case AnyForm::Condition:
            return refer("condition");
        case AnyForm::Expression:
            refer("expression");
            if (!field.values.empty()) {
                pattern(fmt::format("{}|{}", fmt::join(field.values, "|"), kSource));
            }
            return;
        case AnyForm::Body:
            return types({"string", "number", "boolean", "object", "null"});
        case AnyForm::Expressions:
            types({"array"});
            json_.key("minItems").number(std::int64_t{1});
            json_.key("items").beginObject();
            break;
        case AnyForm::ExpressionMap:
            types({"object"});
            json_.key("additionalProperties").beginObject();
            break;
    }
    refer("expression");
    json_.endObject();
}

}  // namespace ferry::config
