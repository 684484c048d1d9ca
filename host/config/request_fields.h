#pragma once
// Requests to a provider as connectors without code word them, in 'polling' and 'subscription'.

#include "base/json_writer.h"
#include "config/field_table.h"
#include "config/yaml_node.h"

#include <functional>
#include <string>
#include <vector>

namespace ferry::config {

/// The fields of a request; the first of `methods` is its default.
std::vector<Field> requestFields(std::vector<std::string> methods);

/// Writes these fields of `node` into the object that `json` is in. `write_template` writes the
/// value of one of its templates.
void writeRequest(
    const YamlNode& node,
    const std::string& default_method,
    JsonWriter& json,
    const std::function<void(const YamlNode&)>& write_template
);

}  // namespace ferry::config
