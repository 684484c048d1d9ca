#pragma once
// OAuth tokens of one instance, opened. They exist in memory only while they are used.

#include "base/clock.h"
#include "base/secret.h"

#include <optional>
#include <string>

namespace ferry {

struct TokenSet {
    Secret access_token;
    Secret refresh_token;                 ///< empty: can't be refreshed
    std::optional<TimePoint> expires_at;  ///< of the access token; nullopt: unknown or never
    std::string scope;                    ///< space-separated, as the provider granted
    std::string account_id;               ///< if the token endpoint named the account
};

/// Who an access token belongs to, as the provider says.
struct AccountIdentity {
    std::string account_id;     ///< the key that webhooks name
    std::string label;          ///< for people
    std::string account_state;  ///< opaque text that the plugin gets back with every call
};

}  // namespace ferry
