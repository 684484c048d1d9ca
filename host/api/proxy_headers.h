#pragma once
// Which headers of a proxied call go on to the provider, and which of its answer come back.

#include "http/message.h"

#include <cstdint>
#include <optional>

namespace ferry::api {

/// Of the caller's, those that are for the provider: not those of the connection, not the caller's
/// credentials for the hub, not what tells where the call came from.
http::Headers headersForProvider(const http::Headers& from);

/// Of the provider's, those that are for the caller: not those of the connection, not what would
/// make a browser remember something about the hub's own address, and not the length and type,
/// which an http::Response has on its own.
http::Headers headersForCaller(const http::Headers& from);

/// What Content-Length says; nullopt without one that is a number.
std::optional<std::uint64_t> contentLength(const http::Headers& headers);

}  // namespace ferry::api
