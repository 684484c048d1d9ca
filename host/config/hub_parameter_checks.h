#pragma once
// Rules for the hub's own parameters that no pattern can hold: of single values, and of several
// together. Included by hub_parameters.cpp and parameter_validator.cpp alone.

#include "config/field_table.h"
#include "config/parameter_validator.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

using ParameterCheckFunction = std::optional<ValueProblem> (*)(std::string_view text);

/// The rule for the values of `key`, or nullptr.
ParameterCheckFunction hubParameterCheck(std::string_view key);

/// The most bytes that a value of `key` may have.
std::size_t hubParameterBytesMax(std::string_view key);

/// What is wrong with values that are good by themselves; `values` are in normal form. `is_unknown`
/// tells which parameters have a value that can't be looked at.
std::vector<ParameterProblem> checkHubParametersTogether(
    const std::map<std::string, std::string>& values,
    const std::function<bool(std::string_view key)>& is_unknown
);

}  // namespace ferry::config
