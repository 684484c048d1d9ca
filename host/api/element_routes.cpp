// The catalogue: which connectors there are, and what each of them takes and tells.

#include "api/answers.h"
#include "api/areas.h"
#include "api/element_json.h"
#include "api/element_lookup.h"
#include "api/paging.h"

#include <functional>
#include <memory>

namespace ferry::api {
namespace {

constexpr const char* kElement = R"json({
    "type": "object",
    "required": ["id", "key", "name", "description", "hub", "authentication"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "key": {"type": "string"},
        "description": {"type": "string"},
        "image": {"type": "string"},
        "active": {"type": "boolean"},
        "deleted": {"type": "boolean"},
        "typeOauth": {"type": "boolean"},
        "trialAccount": {"type": "boolean"},
        "configDescription": {"type": "string"},
        "signupURL": {"type": "string"},
        "transformationsEnabled": {"type": "boolean"},
        "bulkDownloadEnabled": {"type": "boolean"},
        "bulkUploadEnabled": {"type": "boolean"},
        "cloneable": {"type": "boolean"},
        "extendable": {"type": "boolean"},
        "beta": {"type": "boolean"},
        "authentication": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"type": "string"}},
            "additionalProperties": false
        },
        "extended": {"type": "boolean"},
        "hub": {"type": "string"},
        "protocolType": {"type": "string"},
        "parameters": {"type": "array"},
        "private": {"type": "boolean"},
        "configuration": {
            "type": "array", "items": {"$ref": "#/components/schemas/ElementConfiguration"}
        }
    },
    "additionalProperties": false
})json";

constexpr const char* kElementConfiguration = R"json({
    "type": "object",
    "required": ["id", "key", "name", "description", "type", "required", "active", "internal",
                 "hideFromConsole", "groupControl", "displayOrder", "companyConfig",
                 "resellerConfig"],
    "properties": {
        "id": {"type": "integer"},
        "key": {"type": "string"},
        "name": {"type": "string"},
        "description": {"type": "string"},
        "type": {
            "enum": ["TEXTFIELD_32", "TEXTFIELD_1000", "TEXTAREA", "BOOLEAN", "PASSWORD", "COMBO"]
        },
        "defaultValue": {"type": "string"},
        "options": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["value", "description"],
                "properties": {"value": {"type": "string"}, "description": {"type": "string"}},
                "additionalProperties": false
            }
        },
        "required": {"type": "boolean"},
        "active": {"type": "boolean"},
        "internal": {"type": "boolean"},
        "hideFromConsole": {"type": "boolean"},
        "groupControl": {"type": "boolean"},
        "displayOrder": {"type": "integer"},
        "companyConfig": {"type": "boolean"},
        "resellerConfig": {"type": "boolean"},
        "isPrivate": {"type": "boolean"}
    },
    "additionalProperties": false
})json";

constexpr const char* kElementMetadata = R"json({
    "type": "object",
    "required": ["id", "key", "name", "hub", "events", "objects", "bulk", "discovery"],
    "properties": {
        "id": {"type": "integer"},
        "key": {"type": "string"},
        "name": {"type": "string"},
        "hub": {"type": "string"},
        "events": {
            "type": "object",
            "required": ["supported", "methods"],
            "properties": {
                "supported": {"type": "boolean"},
                "methods": {"type": "array", "items": {"type": "string"}}
            },
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "required": ["eventTypes"],
                    "properties": {"eventTypes": {"type": "array", "items": {"type": "string"}}}
                }
            }
        },
        "objects": {"type": "array", "items": {"type": "string"}},
        "bulk": {"type": "object"},
        "discovery": {"type": "object"}
    },
    "additionalProperties": false
})json";

using WriteConnector = std::function<void(JsonWriter& json, const config::ConnectorManifest&)>;

/// A row about the one connector that the path names.
Route aboutElement(const ApiParts& parts, std::string path, WriteConnector write) {
    Route route;
    route.method = "GET";
    route.path = std::move(path);
    route.area = "elements";
    route.parameters = {keyOrId()};
    route.handler = [&parts, write = std::move(write)](const Call& call) -> Result<http::Response> {
        FERRY_TRY_ASSIGN(const auto connector, findElement(parts, call.params.get("keyOrId")));
        JsonWriter json;
        write(json, *connector);
        return jsonAnswer(json);
    };
    return route;
}

void addElementList(RouteTable& table, const ApiParts& parts) {
    table.add({
        .method = "GET",
        .path = "/elements",
        .operation_id = "listElements",
        .summary = "The connectors that are loaded",
        .area = "elements",
        .answers =
            {{.status = 200,
              .description = "All of them, by key",
              .schema = listOf("Element"),
              .headers = {"Elements-Returned-Count", "Elements-Total-Count"}}},
        .handler = [&parts](const Call&) -> Result<http::Response> {
            const auto connectors = parts.connectors();
            JsonWriter json;
            json.beginArray();
            for (const auto& [key, connector] : *connectors)
                writeElement(json, connector, ElementDetail::WithConfiguration);
            json.endArray();
            http::Response response = jsonAnswer(json);
            const std::size_t count = connectors->size();
            addListHeaders(response, {count, static_cast<std::int64_t>(count), std::nullopt});
            return response;
        },
    });
}

}  // namespace

void addElementRoutes(RouteTable& table, const ApiParts& parts) {
    table.define("Element", kElement);
    table.define("ElementConfiguration", kElementConfiguration);
    table.define("ElementMetadata", kElementMetadata);
    addElementList(table, parts);

    Route element = aboutElement(
        parts,
        "/elements/{keyOrId}",
        [](JsonWriter& json, const config::ConnectorManifest& connector) {
            writeElement(json, connector, ElementDetail::WithConfiguration);
        }
    );
    element.operation_id = "getElement";
    element.summary = "One connector, with what an instance of it may configure";
    element.answers = {{200, "The connector", schemaOf("Element")}};
    table.add(std::move(element));

    Route configuration =
        aboutElement(parts, "/elements/{keyOrId}/configuration", writeElementConfiguration);
    configuration.operation_id = "getElementConfiguration";
    configuration.summary = "What an instance of a connector may configure";
    configuration.answers = {{200, "In the connector's order", listOf("ElementConfiguration")}};
    table.add(std::move(configuration));

    Route metadata = aboutElement(parts, "/elements/{keyOrId}/metadata", writeElementMetadata);
    metadata.operation_id = "getElementMetadata";
    metadata.summary = "Which events a connector tells of, and how the hub hears of them";
    metadata.answers = {{200, "The metadata", schemaOf("ElementMetadata")}};
    table.add(std::move(metadata));
}

}  // namespace ferry::api
