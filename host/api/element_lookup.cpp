#include "api/element_lookup.h"

#include "api/element_id.h"
#include "config/connector_aliases.h"

#include <fmt/format.h>

#include <string>

namespace ferry::api {

Result<std::shared_ptr<const config::ConnectorManifest>> findElement(
    const ApiParts& parts, std::string_view key_or_id
) {
    const auto connectors = parts.connectors();
    std::string known;
    for (const auto& [key, connector] : *connectors) {
        if (isElement(key_or_id, key)) {
            return std::shared_ptr<const config::ConnectorManifest>(connectors, &connector);
        }
        known += (known.empty() ? "" : ", ") + key;
    }
    if (const auto* connector = config::findConnector(*connectors, key_or_id)) {
        return std::shared_ptr<const config::ConnectorManifest>(connectors, connector);
    }
    return fail(
        ErrorCode::NotFound,
        fmt::format(
            "there is no connector '{}'; there is {}",
            key_or_id.substr(0, 128),
            known.empty() ? "none" : known
        )
    );
}

bool namesElement(
    const ApiParts& parts, std::string_view key_or_id, std::string_view connector_key
) {
    if (isElement(key_or_id, connector_key)) return true;
    const auto found = findElement(parts, key_or_id);
    return found && (*found)->key == connector_key;
}

}  // namespace ferry::api
