#pragma once
// The section 'jq' of connectors without code: a program in place of 'map'.

#include "config/connector_manifest.h"
#include "config/field_table.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

#include <string>
#include <string_view>

namespace ferry::config {

const FieldTable& jqFields();

/// The section of a manifest, if there is one, into its settings.
void readJq(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest);

/// Says what a compiler has said of the program in `node`, the section: where that begins with the
/// line of the file ("line 14: jq: ..."), there.
void reportJqProblem(const YamlNode& node, std::string_view problem, Reporter& reporter);

}  // namespace ferry::config
