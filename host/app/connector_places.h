#pragma once
// Where connectors were that this hub has ever had loaded, for people who look for one that is
// gone.

#include "base/result.h"
#include "config/connector_manifest.h"
#include "store/store.h"

#include <functional>
#include <map>
#include <string>

namespace ferry::app {

/// Path of the manifest, by the key of the connector and its aliases.
using ConnectorPlaces = std::map<std::string, std::string, std::less<>>;

/// Adds those that are loaded to what the store knows, and gives all. Errors: as the store; nothing
/// is written then.
Result<ConnectorPlaces> rememberConnectors(
    const config::ManifestSet& loaded, store::MetaStore& meta
);

}  // namespace ferry::app
