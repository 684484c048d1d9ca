#pragma once
// Connectors have numbers in the Open Connectors API. The hub knows them by key; a number is made
// of it, so that it is the same in every hub and after every restart.

#include <cstdint>
#include <string_view>

namespace ferry::api {

/// The first 31 bits of SHA-256 of the key, which callers can hold in a signed 32-bit number.
std::int64_t elementId(std::string_view connector_key);

/// True if `key_or_id` (of a path) is the key or the number of the connector. It may have aliases
/// beside them: see namesElement().
bool isElement(std::string_view key_or_id, std::string_view connector_key);

}  // namespace ferry::api
