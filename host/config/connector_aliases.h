#pragma once
// Other names of a connector: keys and numbers by which callers of the API knew it elsewhere.

#include "config/connector_manifest.h"
#include "config/reporter.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// Reads `aliases` of connector.yaml into `manifest`, whose key is there.
void readAliases(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest);

/// The connector of that key, or else the one that has it as an alias; nullptr if there is none.
const ConnectorManifest* findConnector(const ManifestSet& connectors, std::string_view name);

struct SharedAlias {
    std::string alias;
    const ConnectorManifest* other = nullptr;  ///< of `connectors`
};
/// The aliases of `manifest` that a connector of another key has as well.
std::vector<SharedAlias> sharedAliases(
    const ManifestSet& connectors, const ConnectorManifest& manifest
);

/// Such an alias, in words.
std::string describe(const SharedAlias& shared);

}  // namespace ferry::config
