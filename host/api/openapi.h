#pragma once
// The OpenAPI 3.1 document, made of the table.

#include "api/route_table.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::api {

/// Which rows a document is of.
enum class OpenapiScope : std::uint8_t {
    Everything,
    ConnectorCalls,  ///< those that act at the provider: what an Element token is for
};

/// The document as JSON text. `public_url` is where callers reach the hub.
std::string openapiDocument(
    const RouteTable& table,
    std::string_view public_url,
    OpenapiScope scope = OpenapiScope::Everything
);

}  // namespace ferry::api
