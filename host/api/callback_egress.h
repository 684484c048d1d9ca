#pragma once
// What ferry.yaml lets callbacks reach, asked of an address that is only written down: for callers
// of the API, who are refused, and for `ferry lint`, which warns.

#include "base/result.h"
#include "config/field_table.h"
#include "config/value_type.h"
#include "http/egress_policy.h"
#include "pipeline/instance_settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

/// Why callbacks to a URL are refused for its port, or for its host if that is an address or
/// localhost, and what to do; nullopt if they are not. Of another name nobody can tell before it is
/// resolved: nullopt.
std::optional<config::ValueProblem> callbackRefusal(
    const http::EgressPolicy& policy, const config::UrlParts& url
);

/// The same, and what a URL may hold by mistake: an address in a form that few know to be one.
std::optional<config::ValueProblem> callbackDoubt(
    const http::EgressPolicy& policy, const config::UrlParts& url
);

/// Where callbacks may go.
struct CallbackReach {
    const http::EgressPolicy& policy;
    std::string_view public_url;  ///< of the hub, which takes no callbacks itself
};

/// Errors: InvalidArgument, naming `label`, if callbackRefusal() has something against `url`, which
/// is of a good form, or if it is one of the hub's own.
Status checkCallbackReach(const CallbackReach& reach, std::string_view label, std::string_view url);

/// What checkCallbackReach() has against the URLs that `after` sends to. Those that are as they
/// were in `before` are left alone: ferry.yaml may have changed since, and whoever changes
/// something else has nothing to do with it.
std::vector<std::string> refusedCallbacks(
    const CallbackReach& reach,
    const pipeline::Configuration& before,
    const pipeline::Configuration& after
);

}  // namespace ferry::api
