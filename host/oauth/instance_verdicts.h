#pragma once
// What token_refresher and account_authorizer find out about an instance, written where people see
// it: its state and the reason of it.

#include "base/error.h"
#include "oauth/oauth_parts.h"
#include "pipeline/instance_settings.h"

#include <string_view>

namespace ferry::oauth {

/// An owner's decision (disabled, removed) is never overruled. What the store does not take is
/// logged. Threads: the token worker. Lifetime: `parts` outlives it.
class InstanceVerdicts {
  public:
    explicit InstanceVerdicts(const OauthParts& parts) : parts_(parts) {}

    /// Stops a Running instance until it is authorized again, for the reason `why`. Gives the error
    /// for those who wait for tokens: AuthorizationRevoked, or Unavailable if the store did not
    /// take the new state.
    Error revoke(const pipeline::InstanceSettings& settings, std::string_view why);

    /// A Running instance goes on, but people should know. Its next notice is due at `notice_due`.
    void recordFailure(InstanceId id, std::string_view text, TimePoint notice_due);

    /// Takes back what recordFailure wrote.
    void clearFailure(InstanceId id);

    /// Why an instance that is AwaitingAuthorization still waits.
    void recordWaiting(InstanceId id, std::string_view reason);

  private:
    void setReason(
        InstanceId id, InstanceState state, std::string_view reason, TimePoint notice_due
    );

    const OauthParts& parts_;
};

}  // namespace ferry::oauth
