#pragma once
// What the parts of this folder are built from.

#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "base/worker.h"
#include "http/outbound.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/stages.h"
#include "store/instance_store.h"
#include "store/token_store.h"

#include <string>

namespace ferry::oauth {

/// Lifetime: everything here outlives the part that is given it.
struct OauthParts {
    store::InstanceStore& instances;
    store::TokenStore& tokens;
    const pipeline::ProviderDirectory& providers;
    http::Outbound& outbound;
    const SealingKey& key;
    Random& random;
    const Clock& clock;
    observe::Log& log;
    observe::Metrics& metrics;
    std::string public_url;  ///< of ferry.yaml; what browsers and providers reach
    Wake wake;               ///< wakes the token worker
};

/// Waiting times after failures of the provider, per instance.
inline constexpr Milliseconds kRetryFirst{1000};
inline constexpr Milliseconds kRetryCeiling{300'000};

}  // namespace ferry::oauth
