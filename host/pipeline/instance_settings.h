#pragma once
// The opened configuration of an instance, with the keys that the hub itself reads given names and
// types. Made from an Instance when a step needs it; never stored opened.

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/signing_key.h"
#include "model/instance.h"
#include "pipeline/delivery_settings.h"
#include "pipeline/stages.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::pipeline {

/// Flat map of dotted keys to values, as validated against the connector's manifest. Its JSON form
/// (an object of strings) is what `Instance::sealed_configuration` holds.
using Configuration = std::map<std::string, std::string, std::less<>>;

/// Seals a configuration for the instance of this name.
std::string sealConfiguration(
    const Configuration& configuration,
    std::string_view instance_name,
    const SealingKey& key,
    Random& random
);

/// The other way. Corrupt if it does not open or is not an object of strings.
Result<Configuration> openConfiguration(
    std::string_view sealed, std::string_view instance_name, const SealingKey& key
);

/// How a callback's body looks; pipeline/callback_body has one renderer for each.
enum class CallbackFormat : std::uint8_t {
    OpenConnectors,
    StandardWebhooks,
    CloudEventsBatched,
    CloudEventsStructured,
    CloudEventsBinary,
};

/// event.notification.moves: as one MOVED event, or as DELETED and CREATED.
enum class MoveReporting : std::uint8_t { Moved, DeletedCreated };

/// event.notification.restores: what was deleted and is there again is CREATED, or UPDATED.
enum class RestoreReporting : std::uint8_t { Created, Updated };

struct InstanceSettings {
    InstanceId id;
    std::string name;
    std::string connector_key;
    std::vector<std::string> tags;
    std::string account_id;
    std::string account_state;
    InstanceState state = InstanceState::AwaitingAuthorization;
    CallbackId callback;
    Configuration configuration;

    bool events_enabled = false;  ///< event.notification.enabled
    std::string callback_url;     ///< event.notification.callback.url; may be empty
    /// event.notification.signature.key, and the hub's own behind them if
    /// event.notification.signature.asymmetric asks for it; may be none.
    std::vector<SigningKey> signing_keys;
    /// event.notification.format and event.notification.cloudevents.mode
    CallbackFormat format = CallbackFormat::OpenConnectors;
    bool repeats_raw = false;                               ///< event.notification.raw is "all"
    MoveReporting moves = MoveReporting::Moved;             ///< event.notification.moves
    RestoreReporting restores = RestoreReporting::Created;  ///< event.notification.restores
    Milliseconds move_window{2000};                         ///< event.move.window
    std::optional<Milliseconds> poll_interval;  ///< event.poll.interval; nullopt: the connector's
    /// event.vendor.type says polling, or webhook; nullopt: what the connector does by default.
    std::optional<bool> polls;
    std::optional<Milliseconds> poll_min;  ///< event.poller.refresh_interval
    std::optional<Milliseconds> poll_max;  ///< event.poller.max_interval
    bool reports_baseline = false;         ///< event.baseline
    DeliverySettings delivery;

    /// Value of `key`, or empty.
    std::string_view value(std::string_view key) const;

    /// What the plugin is told; `base_urls` come from the connector and ferry.yaml.
    ProviderAccount providerAccount(std::vector<std::pair<std::string, std::string>> base_urls
    ) const;
};

/// Why the instance takes no callbacks now; empty if it does.
std::string_view reasonToWait(const InstanceSettings& settings) noexcept;
/// The same of a record, without its reason.
bool takesCallbacks(const Instance& instance) noexcept;

/// Value of `key`, or empty.
std::string_view valueOf(const Configuration& configuration, std::string_view key);

/// The key of the hub that signs for the instance of this name alone (Ed25519). It follows from the
/// hub's encryption key and the name, and is stored nowhere.
SigningKey hubSigningKey(const SealingKey& key, std::string_view instance_name);

/// Opens an instance. Corrupt if its configuration does not open with this key.
Result<InstanceSettings> openSettings(const Instance& instance, const SealingKey& key);

}  // namespace ferry::pipeline
