#pragma once
// From a manifest, and what ferry.yaml puts in its place, to what the flow is told of a provider.

#include "config/connector_manifest.h"
#include "config/hub_config.h"
#include "plugin/plugin_provider.h"

namespace ferry::app {

plugin::ProviderDescription describeProvider(
    const config::ConnectorManifest& manifest, const config::HubConfig& config
);

}  // namespace ferry::app
