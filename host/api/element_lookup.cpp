#include "api/element_lookup.h"

#include "api/element_id.h"

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
    return fail(
        ErrorCode::NotFound,
        fmt::format(
            "there is no connector '{}'; there is {}",
            key_or_id.substr(0, 128),
            known.empty() ? "none" : known
        )
    );
}

}  // namespace ferry::api
