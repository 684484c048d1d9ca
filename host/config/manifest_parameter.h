#pragma once
// Reads one parameter of connector.yaml. Included by connector_manifest.cpp alone.

#include "config/field_table.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// The field that `node`, already of the right shape, describes; what is wrong in it is reported.
Field readParameter(const YamlNode& node, Reporter& reporter);

}  // namespace ferry::config
