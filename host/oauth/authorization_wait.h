#pragma once
// Waiting for account_authorizer where somebody waits for the answer: a browser, or a caller of the
// API.

#include "base/clock.h"
#include "oauth/account_authorizer.h"

#include <optional>

namespace ferry::oauth {

/// Hands `grant` to the authorizer and waits for what becomes of it, for at most `patience`. nullopt:
/// it is still on its way, and ends by itself.
/// Threads: any but the token worker's. Lifetime: the authorizer outlives the call alone.
std::optional<Result<AuthorizedAccount>> authorizeAndWait(
    AccountAuthorizer& authorizer, BrowserGrant grant, Milliseconds patience
);

}  // namespace ferry::oauth
