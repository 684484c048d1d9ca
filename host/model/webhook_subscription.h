#pragma once
// What the hub keeps of the webhooks that it registers at providers.

#include "base/clock.h"
#include "model/ids.h"
#include "model/instance.h"

#include <optional>
#include <string>

namespace ferry {

/// The webhook of an instance at its provider, or the duty to register it.
struct WebhookSubscription {
    InstanceId instance;
    std::string sealed_state;             ///< the plugin's, sealed; empty: not registered
    std::string callback_url;             ///< that it was registered for
    WebhookSecretId webhook_secret;       ///< the instance's own, as it was then
    WebhookSecretId given_secret;         ///< that the provider signs with by its answer; or none
    std::optional<TimePoint> expires_at;  ///< nullopt: never
    std::optional<TimePoint> due_at;      ///< when it is renewed or tried again; nullopt: never
    unsigned failures = 0;                ///< in a row
};

/// The webhook of an instance that was removed: all that is needed to remove it as well.
struct EndedWebhookSubscription {
    WebhookSubscription subscription;
    Instance instance;  ///< as it was: id, name, connector, account, configuration
    std::string sealed_tokens;
    std::optional<TimePoint> tokens_expire_at;
};

}  // namespace ferry
