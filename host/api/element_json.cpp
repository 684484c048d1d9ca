#include "api/element_json.h"

#include "api/element_id.h"
#include "base/ascii.h"
#include "config/parameter_validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace ferry::api {
namespace {

void writeEntry(
    JsonWriter& json,
    const config::ConnectorManifest& connector,
    const config::Field& field,
    std::int64_t order
) {
    json.beginObject().field("id", configurationId(connector.key, field.key));
    json.field("key", field.key).field("name", field.title.empty() ? field.key : field.title);
    json.field("description", field.description).field("type", configurationType(field));
    if (field.default_value) json.field("defaultValue", *field.default_value);
    if (field.type == config::ValueType::Enum) {
        json.key("options").beginArray();
        for (const std::string& value : field.values) {
            json.beginObject().field("value", value).field("description", value).endObject();
        }
        json.endArray();
    }
    json.field("required", isRequiredAtFirst(connector, field));
    json.field("active", true).field("internal", false).field("hideFromConsole", false);
    json.field("groupControl", false).field("displayOrder", order);
    json.field("companyConfig", false).field("resellerConfig", false);
    json.field("isPrivate", field.is_secret).endObject();
}

void writeEventTypes(JsonWriter& json, const config::ConnectorManifest& connector) {
    json.beginObject();
    for (const std::string& object : connector.object_types) {
        json.key(object).beginObject().key("eventTypes").beginArray();
        for (const std::string& type : connector.event_types)
            json.string(lowerAscii(type));
        json.endArray().endObject();
    }
    json.endObject();
}

}  // namespace

std::int64_t configurationId(std::string_view connector_key, std::string_view parameter_key) {
    return elementId(fmt::format("{}\n{}", connector_key, parameter_key));
}

Result<const config::Field*> findConfiguration(
    const config::ConnectorManifest& connector, std::string_view key_or_id
) {
    for (const config::Field& field : connector.parameters.fields()) {
        const bool is_it = key_or_id == field.key ||
                           key_or_id == std::to_string(configurationId(connector.key, field.key));
        if (is_it && !config::isInstanceKey(field.key)) return &field;
    }
    return fail(
        ErrorCode::NotFound,
        fmt::format("the connector has no parameter '{}'", key_or_id.substr(0, 128))
    );
}

std::string_view configurationType(const config::Field& field) {
    if (field.is_secret) return "PASSWORD";
    switch (field.type) {
        case config::ValueType::Boolean:
            return "BOOLEAN";
        case config::ValueType::Enum:
            return "COMBO";
        case config::ValueType::Integer:
        case config::ValueType::Duration:
        case config::ValueType::Bytes:
            return "TEXTFIELD_32";
        case config::ValueType::String:
        case config::ValueType::Url:
            return "TEXTFIELD_1000";
        case config::ValueType::List:
        case config::ValueType::Object:
        case config::ValueType::ObjectList:
        case config::ValueType::ObjectMap:
        case config::ValueType::StringMap:
        case config::ValueType::Any:
            return "TEXTAREA";
    }
    return "TEXTAREA";
}

bool isRequiredAtFirst(const config::ConnectorManifest& connector, const config::Field& field) {
    if (!field.is_required || field.depends_on) return false;
    if (field.profiles.empty()) return true;
    const config::Field* chooser = connector.parameters.find(connector.authentication_parameter);
    const std::string profile =
        chooser == nullptr ? std::string() : chooser->default_value.value_or("");
    return std::find(field.profiles.begin(), field.profiles.end(), profile) != field.profiles.end();
}

void writeElement(
    JsonWriter& json, const config::ConnectorManifest& connector, ElementDetail detail
) {
    const std::string_view authentication = connector.oauth2 || connector.profiles.empty()
                                                ? "oauth2"
                                                : connector.profiles[0].contractName();
    json.beginObject().field("id", elementId(connector.key)).field("name", connector.name);
    json.field("key", connector.key).field("description", connector.description);
    json.field("image", "").field("active", true).field("deleted", false);
    json.field("typeOauth", connector.oauth2.has_value()).field("trialAccount", false);
    json.field("configDescription", connector.description);
    json.field("signupURL", connector.documentation_url);
    json.field("transformationsEnabled", false).field("bulkDownloadEnabled", false);
    json.field("bulkUploadEnabled", false).field("cloneable", false).field("extendable", false);
    json.field("beta", false);
    json.key("authentication").beginObject().field("type", authentication).endObject();
    json.field("extended", false).field("hub", connector.hub).field("protocolType", "http");
    json.key("parameters").beginArray().endArray();
    json.field("private", false);
    if (detail == ElementDetail::WithConfiguration) {
        json.key("configuration");
        writeElementConfiguration(json, connector);
    }
    json.endObject();
}

void writeElementConfiguration(JsonWriter& json, const config::ConnectorManifest& connector) {
    std::int64_t order = 0;
    json.beginArray();
    for (const config::Field& field : connector.parameters.fields()) {
        if (!config::isInstanceKey(field.key)) writeEntry(json, connector, field, order++);
    }
    json.endArray();
}

void writeObjectNames(JsonWriter& json, const config::ConnectorManifest& connector) {
    json.beginArray();
    for (const std::string& object : connector.object_types)
        json.string(object);
    json.endArray();
}

void writeObjects(JsonWriter& json, const config::ConnectorManifest& connector) {
    json.beginArray();
    for (const std::string& object : connector.object_types) {
        // The other types of the original are transformations, which documents have not.
        json.beginObject().field("name", object).field("vendorName", object);
        json.field("type", "vendor").endObject();
    }
    json.endArray();
}

void writeElementMetadata(JsonWriter& json, const config::ConnectorManifest& connector) {
    json.beginObject().field("id", elementId(connector.key)).field("key", connector.key);
    json.field("name", connector.name).field("hub", connector.hub);
    json.key("events").beginObject().field("supported", !connector.event_methods.empty());
    json.key("methods").beginArray();
    for (const std::string& method : connector.event_methods)
        json.string(method);
    json.endArray();
    for (const std::string& method : connector.event_methods) {
        json.key(method);
        writeEventTypes(json, connector);
    }
    json.endObject().key("objects");
    writeObjectNames(json, connector);
    json.key("bulk").beginObject().field("supported", false).endObject();
    json.key("discovery").beginObject().field("supported", false).endObject();
    json.endObject();
}

}  // namespace ferry::api
