#pragma once
// Connectors as the Open Connectors API shows them: element, configuration entries, metadata. Made
// from connector.yaml alone.

#include "base/json_writer.h"
#include "base/result.h"
#include "config/connector_manifest.h"

#include <cstdint>
#include <string_view>

namespace ferry::api {

/// The number of a parameter: made as that of its connector (api/element_id).
std::int64_t configurationId(std::string_view connector_key, std::string_view parameter_key);

/// The parameter that `key_or_id` (of a path) names, by key or by number; it lives as long as the
/// connector. NotFound if there is none.
Result<const config::Field*> findConfiguration(
    const config::ConnectorManifest& connector, std::string_view key_or_id
);

/// The word for a parameter's type: "BOOLEAN", "PASSWORD", "COMBO", "TEXTFIELD_1000", ...
std::string_view configurationType(const config::Field& field);

/// True if an instance that says nothing else needs the parameter: with the way of authorizing that
/// is the default, and with events off.
bool isRequiredAtFirst(const config::ConnectorManifest& connector, const config::Field& field);

/// Writes the element as an object. `configuration` is in it only if it is asked for: an instance
/// shows its element without.
enum class ElementDetail : std::uint8_t { Brief, WithConfiguration };
void writeElement(
    JsonWriter& json, const config::ConnectorManifest& connector, ElementDetail detail
);

/// Writes what an instance may configure, in the connector's order, as a list.
void writeElementConfiguration(JsonWriter& json, const config::ConnectorManifest& connector);

/// Writes the names of the kinds of objects, as a list.
void writeObjectNames(JsonWriter& json, const config::ConnectorManifest& connector);

/// Writes those kinds as an instance lists them if it is asked to when it is made.
void writeObjects(JsonWriter& json, const config::ConnectorManifest& connector);

/// Writes which events there are and how the hub comes to know of them.
void writeElementMetadata(JsonWriter& json, const config::ConnectorManifest& connector);

}  // namespace ferry::api
