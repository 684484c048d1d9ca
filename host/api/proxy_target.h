#pragma once
// Where a proxied call goes: the rest of its path, as it was received, below a base URL of the
// connector, and nowhere else.

#include "base/result.h"

#include <string>
#include <string_view>

namespace ferry::api {

/// What stands behind "/proxy/{base}" in `raw_path`, with its first slash; with or without
/// "/hubs/{hub}" before. A rest without a slash of its own is one parameter that a generated client
/// has encoded as a whole: its %2F are the slashes of the path.
std::string proxiedPath(std::string_view raw_path);

/// `base_url` with `path` and the raw `query` behind it.
/// Errors: InvalidArgument if, however often it is decoded, the path has a segment "." or "..", a
/// backslash, or a control character, or if path or query have a '#': the provider's server might
/// take such a path for one outside of the base.
Result<std::string> proxyUrl(
    std::string_view base_url, std::string_view path, std::string_view query
);

}  // namespace ferry::api
