#pragma once
// Reads the parameters of connector.yaml, and those that every connector has. Included by
// connector_manifest.cpp alone.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// Into `manifest`, which has its profiles and object types already. `root` is sound.
void readParameters(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest);

}  // namespace ferry::config
