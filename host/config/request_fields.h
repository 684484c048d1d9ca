#pragma once
// Requests to a provider as connectors without code word them, in 'polling' and 'subscription'.

#include "base/json_writer.h"
#include "config/field_table.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// The fields of a request; the first of `methods` is its default.
std::vector<Field> requestFields(std::vector<std::string> methods);

/// Mappings and lists within the body of a request.
inline constexpr std::size_t kBodyDepthMax = 8;

/// True if a template of the request has `source` ("${page}"), or what is unknown may have it.
bool usesSource(const YamlNode& request, std::string_view source);

/// Writes these fields of `node` into the object that `json` is in: a body that is a mapping as
/// "json", each part of it {"object":{...}}, {"list":[...]}, {"text":template} or {"plain":"7"}.
/// `write_template` writes the value of one of its templates. What is wrong goes to the reporter.
void writeRequest(
    const YamlNode& node,
    const std::string& default_method,
    JsonWriter& json,
    Reporter& reporter,
    const std::function<void(const YamlNode&)>& write_template
);

}  // namespace ferry::config
