#pragma once
// Rules of 'map' that read well and can't do what they seem to.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// Reports what it finds in 'map', and in 'values' of 'jq', of a manifest whose shape was checked.
/// `manifest` has its events already. One thread.
void checkMap(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter);

}  // namespace ferry::config
