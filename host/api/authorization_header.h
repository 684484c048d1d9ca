#pragma once
// The Authorization header of the Open Connectors API: pairs of a scheme and a value, separated by
// commas, in any order.

#include "base/result.h"
#include "base/secret.h"

#include <optional>
#include <string_view>

namespace ferry::api {

/// What a caller presents; nothing of it is checked yet.
struct Credentials {
    std::optional<Secret> user;
    std::optional<Secret> organization;
    std::optional<Secret> element;
    std::optional<Secret> bearer;
};

/// Reads "User a, Organization b, Element c" or "Bearer d", in any order. Schemes are known in any
/// letter case (RFC 9110, 11.1). A value ends at the end, or where a comma is followed by a blank,
/// by a word and a blank, or by a scheme: so it may hold '/', '+', '=' and even commas within.
/// Errors: Unauthenticated for an unknown scheme, wherever it stands, as it may be a misspelt one
/// that says which instance is meant; a value that is empty, or a scheme that comes twice. The text
/// never holds a value.
Result<Credentials> parseAuthorization(std::string_view header);

}  // namespace ferry::api
