#pragma once
// An instance: one customer's authorised account, made from a connector.

#include "base/clock.h"
#include "base/crypto.h"
#include "model/callback_limits.h"
#include "model/ids.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry {

enum class InstanceState : std::uint8_t {
    Running = 0,                ///< authorised; drained on notices and polls
    AwaitingAuthorization = 1,  ///< never authorised; nothing is asked of the provider
    NeedsReauthorization = 2,   ///< consent is gone; nothing is asked of the provider
    Disabled = 3,               ///< stopped by its owner, or removed from the plugin's reach
};

/// "running", "awaiting-authorization", "needs-reauthorization", "disabled".
std::string_view instanceStateName(InstanceState state) noexcept;

/// What the store keeps of an instance. Configuration values may be secrets, so they are here in
/// sealed form only; `InstanceSettings` has them opened.
struct Instance {
    InstanceId id;              ///< given by the store; never used twice
    std::string name;           ///< unique in the hub
    std::string connector_key;  ///< "dropbox"
    std::string account_id;     ///< the provider's name for the account; empty until authorised
    std::string account_state;  ///< opaque text of the plugin about the account
    std::vector<std::string> tags;
    InstanceState state = InstanceState::AwaitingAuthorization;
    std::string state_reason;     ///< for people: why it is not running; no secrets
    std::string source;           ///< "path:line" of the file that owns it; empty if made over REST
    bool events_enabled = false;  ///< event.notification.enabled
    std::string sealed_configuration;  ///< JSON object of strings, sealed with the instance's name
    Digest256 configuration_fingerprint{};  ///< keyed hash of key, tags and configuration
    WebhookSecretId webhook_secret;         ///< its own, or its app's; none if it has none
    /// That its provider gave when its webhook was registered. Of the subscription: read along with
    /// the instance, never written with it.
    WebhookSecretId given_secret;
    CallbackId callback;  ///< where its deliveries queue; none = no callback URL
    CallbackLimits callback_limits;
    TimePoint created_at;
    TimePoint updated_at;  ///< changes with every write to this record

    /// What its webhooks are verified with; none: they can't be.
    WebhookSecretId verifyingSecret() const { return given_secret ? given_secret : webhook_secret; }
};

}  // namespace ferry
