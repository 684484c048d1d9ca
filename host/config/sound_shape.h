#pragma once
// Documents with faults in their shape, made fit for readers that rely on it: so that one mistake
// does not keep what else is wrong from being told.

#include "config/field_table.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

#include <set>

namespace ferry::config {

/// Values, by their nodes.
using BadValues = std::set<const YamlNode*>;

/// As the one of field_table.h; `bad` gets the values that are none of their fields. A mapping in
/// which something is wrong is none of them.
void validateMapping(
    const YamlNode& mapping, const FieldTable& table, Reporter& reporter, BadValues& bad
);

/// A copy of `mapping` in which all that `table` requires is there, and each value is of the kind
/// that `table` wants: where a value is bad, missing, or that of a key which an unknown one may
/// mean, stands a node with isGap(), about which nothing is to be told. Of a single value its text
/// is kept.
YamlNode soundCopy(const YamlNode& mapping, const FieldTable& table, const BadValues& bad);

}  // namespace ferry::config
