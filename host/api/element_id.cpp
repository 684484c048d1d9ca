#include "api/element_id.h"

#include "base/crypto.h"

#include <string>

namespace ferry::api {

std::int64_t elementId(std::string_view connector_key) {
    const Digest256 digest = sha256(connector_key);
    std::int64_t id = 0;
    for (std::size_t i = 0; i < 4; ++i)
        id = (id << 8) | digest[i];
    return id >> 1;
}

bool isElement(std::string_view key_or_id, std::string_view connector_key) {
    return key_or_id == connector_key || key_or_id == std::to_string(elementId(connector_key));
}

}  // namespace ferry::api
