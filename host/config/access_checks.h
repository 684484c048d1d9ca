#pragma once
// Whether instances of a connector without code can have what it wants of them: an app at the
// provider, a token for its requests, a secret for its webhooks, an account that webhooks name.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// False where a finding told already that there may be parameters that nobody can know of.
bool areParametersKnown(const YamlNode& root);

/// Reports what it finds in a manifest whose shape was checked. `manifest` has all else already.
void checkAccess(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter);

}  // namespace ferry::config
