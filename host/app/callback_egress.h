#pragma once
// What ferry.yaml lets callbacks reach: the policy that the hub's way out decides by, and the same
// question asked of an address that is only written down.

#include "config/field_table.h"
#include "config/hub_config.h"
#include "config/value_type.h"
#include "http/egress_policy.h"

#include <optional>

namespace ferry::app {

/// Why callbacks to a URL are refused for its port, or for its host if that is an address or
/// localhost, and what to do; nullopt if they are not. Of another name nobody can tell before it is
/// resolved: nullopt.
std::optional<config::ValueProblem> callbackRefusal(
    const http::EgressPolicy& policy, const config::UrlParts& url
);

}  // namespace ferry::app
