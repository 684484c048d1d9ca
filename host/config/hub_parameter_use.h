#pragma once
// Parameters of the hub that say nothing beside others, or something else than was meant.

#include "config/hub_parameter_checks.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// Warnings about `values`, each of which is good alone: an instance that was let through before
/// must not be missing after a restart. `is_unknown` as checkHubParametersTogether has it.
std::vector<ParameterProblem> adviseOnUse(
    const std::map<std::string, std::string>& values,
    const std::function<bool(std::string_view key)>& is_unknown
);

}  // namespace ferry::config
