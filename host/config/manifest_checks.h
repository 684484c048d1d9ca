#pragma once
// What a manifest says in one place against what it says in another.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// False if a finding told already that what stands there is no profile, or no list of them.
bool areProfilesKnown(const YamlNode& root);

/// Reports what can't work (events of no type, a profile that stands there twice, a host that is
/// none), and warns of what has no effect, or not all of it. `root` is sound by
/// manifestFields(), and `manifest` is what was read of it.
void checkManifest(const YamlNode& root, const ConnectorManifest& manifest, Reporter& reporter);

}  // namespace ferry::config
