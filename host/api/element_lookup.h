#pragma once
// The connector that a caller names by key, by number or by an alias of its manifest. Keys and
// numbers go before aliases.

#include "api/api_parts.h"
#include "base/result.h"
#include "config/connector_manifest.h"

#include <memory>
#include <string_view>

namespace ferry::api {

/// The connector, which stays valid as long as it is held, whatever a reload does.
/// Errors: NotFound, naming those that there are.
Result<std::shared_ptr<const config::ConnectorManifest>> findElement(
    const ApiParts& parts, std::string_view key_or_id
);

/// True if `key_or_id` names the connector of that key, which need not be loaded.
bool namesElement(
    const ApiParts& parts, std::string_view key_or_id, std::string_view connector_key
);

}  // namespace ferry::api
