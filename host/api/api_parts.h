#pragma once
// What the API is built from. The app owns all of it and knows where it comes from.

#include "api/request_rate.h"
#include "api/trace_logging.h"
#include "api/usage_log.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "base/secret.h"
#include "config/connector_manifest.h"
#include "http/egress_policy.h"
#include "http/outbound.h"
#include "model/plugin_state.h"
#include "oauth/account_authorizer.h"
#include "oauth/authorize_urls.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/account_policy.h"
#include "pipeline/settings_cache.h"
#include "pipeline/stages.h"
#include "pipeline/token_source.h"
#include "store/api_key_store.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <string>

namespace ferry::api {

/// Beyond, callers are told to come back later.
struct ApiLimits {
    RequestRateOptions key_rate;          ///< of each API key; beyond, 429
    std::size_t in_flight_max = 1;        ///< requests at a time; beyond, 503
    std::size_t connector_calls_max = 1;  ///< those of them that wait for a provider; beyond, 503
};

/// Lifetime: everything here outlives the API.
struct ApiParts {
    store::Store& store;
    store::ApiKeyStore& keys;
    const pipeline::ProviderDirectory& providers;
    /// The manifests of the connectors that are loaded now; a reload gives others.
    std::function<std::shared_ptr<const config::ManifestSet>()> connectors;
    /// What is loaded now, and what was refused.
    std::function<PluginStates()> plugins;
    pipeline::SettingsCache& settings;
    pipeline::AccountPolicy& account;
    /// There are deliveries to be made now; there is a replay to be begun with.
    std::function<void()> wake_deliveries;
    std::function<void()> wake_replays;
    /// There is a call to be made that is answered later, or its answer to be brought.
    std::function<void()> wake_async;
    /// There is a notification of a topic to be brought.
    std::function<void()> wake_topics;
    /// Something was asked of the instance's cursor.
    std::function<void(InstanceId)> interrupt_drain;
    const SealingKey& key;
    Random& random;
    const Clock& clock;
    observe::Log& log;
    observe::Metrics& metrics;
    oauth::AccountAuthorizer& authorizer;
    oauth::AuthorizeUrls& authorize_urls;
    /// Told about an instance whose record was changed, or is gone: what is known of it is old.
    std::function<void(InstanceId)> instance_changed;
    std::string public_url;      ///< of ferry.yaml
    std::string hub_id;          ///< that the hub gave itself
    Secret user_secret;          ///< `api.user_secret`; empty: none
    Secret organization_secret;  ///< `api.organization_secret`; empty: the hub's own
    Secret command_secret;       ///< of this program's commands while this hub runs
    // Calls that reach the provider.
    pipeline::TokenSource& tokens;
    http::Outbound& outbound;
    ApiLimits limits;
    /// When answers that come later are brought again, of instances that say nothing; its delays
    /// outlive the API.
    RetrySchedule retry_schedule = standardRetrySchedule();
    /// Whose calls are told in the log.
    std::shared_ptr<TraceLogging> trace_logging = std::make_shared<TraceLogging>();
    /// What callbacks may reach, as the way out has it.
    http::EgressPolicy egress = http::EgressPolicy::standard({});
    /// The last calls.
    std::shared_ptr<UsageLog> usage = std::make_shared<UsageLog>();
};

}  // namespace ferry::api
