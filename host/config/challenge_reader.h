#pragma once
// The challenges of connectors without code, in 'notifications'.

#include "base/json_writer.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// Writes one, whose shape was checked, as an object. True if the secret of the instance is needed
/// for it.
bool writeChallenge(const YamlNode& node, Reporter& reporter, JsonWriter& json);

}  // namespace ferry::config
