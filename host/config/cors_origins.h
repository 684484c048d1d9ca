#pragma once
// `api.cors_origins` of ferry.yaml: the sites whose scripts may call the API.

#include "config/reporter.h"
#include "config/yaml_node.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// What browsers send in `Origin` for a page of this site: in lower case, without the scheme's own
/// port. nullopt if `text` is more than scheme, host and port, or is none of it.
std::optional<std::string> originOf(std::string_view text);

/// The origins of the section `api`, each once; reports what is none.
std::vector<std::string> readCorsOrigins(const YamlNode& api, Reporter& reporter);

}  // namespace ferry::config
