#pragma once
// The section `operator` of ferry.yaml.

#include "config/hub_config.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// Reads the section, whose shape was checked; what can't be meant goes to `reporter`.
void readOperator(const YamlNode& section, Reporter& reporter, OperatorConfig& into);

}  // namespace ferry::config
