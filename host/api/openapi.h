#pragma once
// The OpenAPI 3.1 document, made of the table.

#include "api/route_table.h"

#include <string>
#include <string_view>

namespace ferry::api {

/// The document as JSON text. `public_url` is where callers reach the hub.
std::string openapiDocument(const RouteTable& table, std::string_view public_url);

}  // namespace ferry::api
