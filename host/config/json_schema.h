#pragma once
// JSON Schema (2020-12) of the documents, made from the tables that check them: editors complete
// and check by it. It refuses nothing that `ferry lint` takes, beside
// an empty text for an enum; lint knows more (bounds of durations,
// references between parts, what a profile requires).

#include "config/connector_manifest.h"

#include <string>
#include <vector>

namespace ferry::config {

std::string connectorSchema();
std::string hubConfigSchema();

/// Of an instance file. With `connectors` an instance is of one of them, and has its parameters and
/// no others; without, it has those of the hub and any others.
std::string instancesSchema(const std::vector<const ConnectorManifest*>& connectors);

}  // namespace ferry::config
