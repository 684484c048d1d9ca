#include "config/json_schema.h"

#include "config/hub_config.h"
#include "config/hub_parameters.h"
#include "config/parameter_validator.h"
#include "config/schema_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ferry::config {

namespace {

/// The parameters of an instance: they stand in `configuration`, or with it.
void writeParameters(SchemaWriter& schema, const std::vector<Field>& fields) {
    std::vector<Field> own;
    for (const Field& field : fields) {
        if (isInstanceKey(field.key)) continue;
        own.push_back(field);
        // Which profile and other parameter it takes, and where it stands, is for lint.
        own.back().is_required = false;
        if (field.is_required) own.back().description = "Required. " + field.description;
        if (!field.profiles.empty()) {
            own.back().description +=
                fmt::format(" For authentication by {}.", fmt::join(field.profiles, " or "));
        }
        if (field.depends_on) {
            const std::string& value = field.depends_on->value;
            own.back().description += fmt::format(
                " Counts if {} is {}.", field.depends_on->key, value.empty() ? "given" : value
            );
        }
    }
    schema.members(own);
}

void writeInstanceMembers(
    SchemaWriter& schema, const std::vector<Field>& parameters, bool is_closed
) {
    JsonWriter& json = schema.json();
    const auto parametersOnly = [&] {
        if (is_closed) {
            json.field("additionalProperties", false);
            return;
        }
        json.key("additionalProperties").beginObject();
        schema.types({"string", "number", "boolean", "array", "null"});
        json.endObject();
    };
    json.key("properties").beginObject();
    schema.members(instanceFields().fields());
    json.key("configuration").beginObject();
    json.field("description", "parameters of the connector and of the hub, by their whole keys");
    schema.types({"object", "null"});
    json.key("properties").beginObject();
    writeParameters(schema, parameters);
    json.endObject();
    parametersOnly();
    json.endObject();
    writeParameters(schema, parameters);
    json.endObject();
    if (is_closed) {
        json.field("additionalProperties", false);
        return;
    }
    // Parameters may stand beside 'configuration', and are known by the dot in their key.
    json.key("patternProperties").beginObject().key("[.]").beginObject();
    schema.types({"string", "number", "boolean", "array", "null"});
    json.endObject().endObject();
    json.field("additionalProperties", false);
}

void writeInstance(SchemaWriter& schema, const std::vector<const ConnectorManifest*>& connectors) {
    JsonWriter& json = schema.json();
    schema.types({"object"});
    json.key("required").beginArray().string("name").string("key").endArray();
    if (connectors.empty()) return writeInstanceMembers(schema, hubParameters(), false);
    json.key("properties").beginObject().key("key").beginObject().key("enum").beginArray();
    for (const ConnectorManifest* connector : connectors)
        json.string(std::string_view(connector->key));
    json.endArray().endObject().endObject();
    json.key("allOf").beginArray();
    for (const ConnectorManifest* connector : connectors) {
        json.beginObject().key("if").beginObject().key("properties").beginObject();
        json.key("key").beginObject().field("const", connector->key).endObject().endObject();
        json.key("required").beginArray().string("key").endArray().endObject();
        json.key("then").beginObject();
        writeInstanceMembers(schema, connector->parameters.fields(), true);
        json.endObject().endObject();
    }
    json.endArray();
}

}  // namespace

std::string connectorSchema() {
    SchemaWriter schema(References::None);
    schema.begin("connector.yaml of Ferry");
    schema.mapping(manifestFields());
    schema.expressionDefinitions();
    return schema.end();
}

std::string hubConfigSchema() {
    SchemaWriter schema(References::Allowed);
    schema.begin("ferry.yaml of Ferry");
    schema.mapping(hubConfigFields(), true);
    return schema.end();
}

std::string instancesSchema(const std::vector<const ConnectorManifest*>& connectors) {
    SchemaWriter schema(References::Allowed);
    schema.begin("instance file of Ferry");
    JsonWriter& json = schema.json();
    schema.types({"object"});
    json.key("if").beginObject().key("required").beginArray().string("instances").endArray();
    json.endObject().key("then").beginObject().key("properties").beginObject();
    json.key("instances").beginObject();
    json.field("description", "one item for each account");
    schema.types({"array", "null"});
    json.key("items").beginObject().field("$ref", "#/$defs/instance").endObject().endObject();
    json.endObject();
    // Anchors need a place to stand before they are used.
    json.key("patternProperties").beginObject().key("^x-").boolean(true).endObject();
    json.field("additionalProperties", false).endObject();
    json.key("else").beginObject().field("$ref", "#/$defs/instance").endObject();
    json.key("$defs").beginObject().key("instance").beginObject();
    writeInstance(schema, connectors);
    json.endObject().endObject();
    return schema.end();
}

}  // namespace ferry::config
