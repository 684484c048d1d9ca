#pragma once
// The sections of connector.yaml by which a connector needs no code: 'notifications', 'polling',
// 'subscription', 'map', 'authorization'. Checked here; the plugin 'declarative' gets them as JSON.

#include "config/connector_manifest.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

namespace ferry::config {

/// The plugin that runs connectors without code.
inline constexpr const char* kDeclarativePlugin = "declarative";

inline constexpr std::size_t kMapRulesMax = 500;

inline constexpr std::size_t kPollResourcesMax = 50;

/// The fields of 'notifications', 'polling', 'subscription', a rule of 'map', and 'authorization'.
const FieldTable& notificationFields();
const FieldTable& pollingFields();
const FieldTable& subscriptionFields();
const FieldTable& mapRuleFields();
const FieldTable& authorizationFields();

/// The section 'authorization' as JSON; `node` may be null. `manifest` has its addresses already.
std::string readAuthorization(
    const YamlNode* node, Reporter& reporter, const ConnectorManifest& manifest
);

/// The section 'polling' as JSON; what the hub itself needs of it goes into `manifest`.
std::string readPolling(const YamlNode& node, Reporter& reporter, ConnectorManifest& manifest);

/// Finds ids in 'map' that do not tell the records of several resources apart.
void checkPolledIds(const YamlNode& polling, const YamlNode& map, Reporter& reporter);

/// The section 'subscription' as JSON.
std::string readSubscription(const YamlNode& node, Reporter& reporter);

/// Reads the sections of a manifest whose shape was checked, into its settings. `manifest` has all
/// else already.
void readDeclarative(const YamlNode& root, Reporter& reporter, ConnectorManifest& manifest);

}  // namespace ferry::config
