#pragma once
// Where the keys of the REST API are, for the hub and for `ferry keys`.

#include "config/hub_config.h"

#include <string>

namespace ferry::app {

/// "<data_dir>/keys.db": beside the store and not in it, as the store belongs to the running hub.
inline std::string apiKeyFile(const config::HubConfig& config) {
    return (config.data_dir / "keys.db").string();
}

}  // namespace ferry::app
