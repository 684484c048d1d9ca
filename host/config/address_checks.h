#pragma once
// Addresses that connectors without code ask at: whether a request can go there at all.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// Reports what is wrong with the template of an address: no host, http, a blank, or a host that
/// the connector's requests may not reach. `root` is that of its file.
void checkAddress(
    const YamlNode& url, const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter
);

}  // namespace ferry::config
