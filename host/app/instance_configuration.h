#pragma once
// The configuration of a declared instance: what is stored of it, and how two versions compare.

#include "base/crypto.h"
#include "config/instance_file.h"
#include "pipeline/instance_settings.h"

namespace ferry::app {

/// Every parameter with a value, the grant code included.
pipeline::Configuration configurationOf(const config::InstanceDefinition& definition);

/// What two versions of an instance are compared by, without opening either.
Digest256 fingerprintOf(
    const config::InstanceDefinition& definition,
    const pipeline::Configuration& configuration,
    const SealingKey& key
);

/// True if an authorization made with the one is good with the other: same app, same account, same
/// way of authorizing. All else may change while an instance runs on.
bool sameCredentials(const pipeline::Configuration& a, const pipeline::Configuration& b);

}  // namespace ferry::app
