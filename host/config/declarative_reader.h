#pragma once
// The sections of connector.yaml by which a connector needs no code: 'notifications', 'map',
// 'authorization'. Checked here; the plugin 'declarative' gets them as JSON.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// The plugin that runs connectors without code.
inline constexpr const char* kDeclarativePlugin = "declarative";

inline constexpr std::size_t kMapRulesMax = 500;

/// The fields of 'notifications', of a rule of 'map', and of 'authorization'.
const FieldTable& notificationFields();
const FieldTable& mapRuleFields();
const FieldTable& authorizationFields();

/// The section 'authorization' as JSON; `node` may be null. `manifest` has its addresses already.
std::string readAuthorization(
    const YamlNode* node, Reporter& reporter, const ConnectorManifest& manifest
);

/// Reads the sections of a manifest whose shape was checked, into its settings. `manifest` has all
/// else already.
void readDeclarative(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest);

}  // namespace ferry::config
