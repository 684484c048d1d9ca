#pragma once
// Tokens at rest: sealed, one set per instance.

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace ferry::store {

struct SealedTokens {
    std::string sealed;                   ///< JSON of a TokenSet, sealed with the instance id
    std::optional<TimePoint> expires_at;  ///< of the access token
};

class TokenStore {
  public:
    virtual ~TokenStore() = default;
    virtual Result<std::optional<SealedTokens>> get(InstanceId id) = 0;
    virtual Status put(InstanceId id, const SealedTokens& tokens) = 0;

    /// Finishes an authorization in one transaction: tokens (if any: an apiKey instance may have
    /// none of its own), account id and state, Running with an empty reason, and a notice due at
    /// `notice_due`. NotFound if the instance is gone.
    virtual Status completeAuthorization(
        InstanceId id,
        const std::optional<SealedTokens>& tokens,
        std::string_view account_id,
        std::string_view account_state,
        TimePoint notice_due
    ) = 0;

    /// Forgets the tokens (revoked, or a new authorization is wanted).
    virtual Status remove(InstanceId id) = 0;
};

}  // namespace ferry::store
