#pragma once
// The times between polls that an instance gives, against each other and its connector.

#include "config/parameter_validator.h"

#include <map>
#include <string>
#include <vector>

namespace ferry::config {

/// What is wrong with them; `values` are good by themselves, and in normal form. Nothing of
/// connectors without 'polling'.
std::vector<ParameterProblem> checkPollIntervals(
    const ConnectorManifest& connector, const std::map<std::string, std::string>& values
);

}  // namespace ferry::config
