#pragma once
// The two parts of this folder that ask providers, as one thing to step: so their operations and
// what they write about an instance never cross.

#include "oauth/account_authorizer.h"
#include "oauth/token_refresher.h"

#include <algorithm>

namespace ferry::oauth {

/// The app runs a Worker over it. Lifetime: both parts outlive it.
class TokenWorker final : public Steppable {
  public:
    TokenWorker(AccountAuthorizer& authorizer, TokenRefresher& refresher)
        : authorizer_(authorizer), refresher_(refresher) {}

    TimePoint step() override {
        const TimePoint authorizer_next = authorizer_.step();
        return std::min(authorizer_next, refresher_.step());
    }

  private:
    AccountAuthorizer& authorizer_;
    TokenRefresher& refresher_;
};

}  // namespace ferry::oauth
