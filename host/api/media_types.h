#pragma once
// What forms of a body a caller sends and takes. Lenient where it can be: what is not understood
// counts as good.

#include "http/message.h"

#include <string_view>

namespace ferry::api {

/// True if a body of this Content-Type is read as JSON: application/json, text/json, anything that
/// ends in +json, whatever their parameters; and nothing at all, as many callers send none.
bool isJson(std::string_view content_type);

/// True if a caller with these headers takes JSON: he has no Accept, or a range of it covers JSON
/// and has a q above 0. Of several ranges the most specific one counts (RFC 9110, 12.5.1).
bool takesJson(const http::Headers& headers);

}  // namespace ferry::api
