#pragma once
// The section `plugin_signatures` of ferry.yaml.

#include "config/hub_config.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// Reads it; reports keys that are none, and a demand that nothing can meet.
void readPluginSignatures(const YamlNode& section, Reporter& reporter, PluginSignatureConfig& into);

}  // namespace ferry::config
