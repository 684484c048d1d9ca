#pragma once
// What connectors without code ask the provider for, against the rest of their file: names that are
// declared nowhere, addresses and headers that no request can have.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// Reports what it finds in 'authorization', 'notifications', 'polling' and 'subscription' of a
/// manifest whose shape was checked. `manifest` has all else already. One thread.
void checkRequests(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter);

/// Reports the name of a header to be sent that HTTP does not know or that the hub writes itself.
void checkHeaderName(const YamlNode& name, Reporter& reporter);

}  // namespace ferry::config
