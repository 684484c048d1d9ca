#pragma once
// Where a drain gets an access token from. host/oauth implements it with refreshing; tests hand out
// fixed ones.

#include "base/result.h"
#include "base/secret.h"
#include "model/token_set.h"
#include "pipeline/instance_settings.h"
#include "pipeline/stages.h"

#include <functional>
#include <memory>
#include <optional>

namespace ferry::pipeline {

class TokenSource {
  public:
    virtual ~TokenSource() = default;

    using Completion = std::function<void(Result<TokenSet>)>;

    /// Gives tokens that are good for use now to `completion`, inside this call or later on another
    /// thread. With `rejected_access_token` (the provider refused it) it gives another one or an
    /// error. AuthorizationRevoked: the instance was put into NeedsReauthorization already.
    virtual void get(
        std::shared_ptr<const InstanceSettings> settings,
        std::shared_ptr<Provider> provider,
        std::optional<Secret> rejected_access_token,
        Completion completion
    ) = 0;

    /// Failures of the instance so far are no reason to wait any more: somebody wants it tried now.
    /// Threads: any. Not pure, so that doubles stay small.
    virtual void retryNow(InstanceId) {}
};

}  // namespace ferry::pipeline
