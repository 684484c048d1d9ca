#pragma once
// Who calls: what authenticator makes of an Authorization header.

#include "model/api_key.h"
#include "model/ids.h"

#include <optional>
#include <string>

namespace ferry::api {

using Role = ApiRole;

struct Caller {
    std::string key_name;  ///< of the API key, for the log and the request limit
    Role role = Role::None;
    std::optional<InstanceId> element;  ///< of a genuine Element token; may be gone by now
};

}  // namespace ferry::api
