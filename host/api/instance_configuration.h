#pragma once
// The configuration that an instance has after a body of the REST API: what it had and what is
// sent, put together and checked by the same validator as files; but where `ferry lint` warns of a
// callback that can't be sent to, its caller is refused.

#include "api/callback_egress.h"
#include "api/instance_body.h"
#include "base/result.h"
#include "config/connector_manifest.h"
#include "pipeline/instance_settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ferry::api {

/// What a body without a value for a parameter means.
enum class ConfigurationChange : std::uint8_t {
    Merge,    ///< PATCH: it stays as it is
    Replace,  ///< PUT: it goes back to its default; but how the account is reached stays as it is
};

/// `before` is empty for a new instance.
/// Errors: InvalidArgument with everything that is wrong at once.
Result<pipeline::Configuration> configurationOf(
    const config::ConnectorManifest& connector,
    const pipeline::Configuration& before,
    const InstanceBody& body,
    ConfigurationChange change,
    const CallbackReach& reach
);

/// What `ferry lint` would warn of in `configuration`, which is one that was let through: what has
/// no effect, or another than was meant.
std::vector<std::string> configurationWarnings(
    const config::ConnectorManifest& connector, const pipeline::Configuration& configuration
);

}  // namespace ferry::api
