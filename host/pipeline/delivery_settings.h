#pragma once
// How one instance wants its callbacks made (`event.notification.*`), beside what ferry.yaml says
// for all of them.

#include "base/clock.h"
#include "base/secret.h"
#include "http/outbound.h"
#include "model/callback_limits.h"
#include "pipeline/delivery_policy.h"
#include "pipeline/event_filter.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::pipeline {

/// What becomes of a callback when a delivery runs out of attempts.
enum class FailurePolicy : std::uint8_t {
    Retry,  ///< nothing: the delivery is a dead letter, the others go on
    Queue,  ///< it is switched off; what comes after waits until somebody switches it on
};

/// "retry" or "queue".
std::string_view failurePolicyName(FailurePolicy policy);
/// nullopt for any other name.
std::optional<FailurePolicy> parseFailurePolicy(std::string_view name);

enum class DeliveryOrdering : std::uint8_t {
    None,
    Instance,  ///< one callback of the instance after another, in the order of the events: one lane
    Object,    ///< the same of each lane of the instance (delivery_lane); lanes beside each other
};

/// How the hub gets access tokens for a callback: OAuth 2, client credentials (RFC 6749, 4.4).
struct ClientCredentials {
    std::string token_url;
    std::string client_id;
    Secret client_secret;
    std::string scope;         ///< with blanks between; may be empty
    std::string audience;      ///< may be empty
    bool is_in_header = true;  ///< id and secret as HTTP Basic; else in the body
    /// Of requests to the token URL; null: as usual.
    std::shared_ptr<const http::TlsIdentity> tls;
};

struct DeliverySettings {
    std::optional<RetryDelays> retry;             ///< none: delivery.retry_schedule
    std::optional<Milliseconds> timeout;          ///< none: delivery.timeout
    std::optional<FailurePolicy> failure_policy;  ///< none: the account's (account_policy)
    CallbackLimits limits;
    DeliveryOrdering ordering = DeliveryOrdering::None;
    EventFilter filter;
    bool asks_permission = false;  ///< nothing is delivered before the receiver allows it
    /// Names and values of further headers, Authorization among them.
    std::vector<std::pair<std::string, Secret>> headers;
    std::optional<ClientCredentials> credentials;  ///< set: callbacks need an access token
    std::shared_ptr<const http::TlsIdentity> tls;  ///< null: as usual
};

/// The instance's own, or that of the hub. Lifetime: that of both.
RetrySchedule retryScheduleOf(const DeliverySettings& settings, const RetrySchedule& of_hub);

/// `limits` alone of what the next one reads.
CallbackLimits readCallbackLimits(const std::map<std::string, std::string, std::less<>>& values);

/// Reads the keys that it knows of a configuration whose values are in normal form
/// (config/parameter_validator). Values that make no sense all the same count as not given.
DeliverySettings readDeliverySettings(const std::map<std::string, std::string, std::less<>>& values
);

}  // namespace ferry::pipeline
