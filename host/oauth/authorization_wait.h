#pragma once
// Waiting for account_authorizer where somebody waits for the answer: a browser, or a caller of the
// API.

#include "base/clock.h"
#include "oauth/account_authorizer.h"

#include <atomic>
#include <optional>

namespace ferry::oauth {

/// One of those who wait at one time: each holds a thread of the server. Counted as long as it
/// lives.
class WaitingSlot {
  public:
    explicit WaitingSlot(std::atomic<unsigned>& waiting) : waiting_(waiting), before_(waiting++) {}
    ~WaitingSlot() { --waiting_; }
    WaitingSlot(const WaitingSlot&) = delete;
    WaitingSlot& operator=(const WaitingSlot&) = delete;

    /// True if fewer than `most` waited before.
    bool isWithin(unsigned most) const { return before_ < most; }

  private:
    std::atomic<unsigned>& waiting_;
    const unsigned before_;
};

/// Hands `grant` to the authorizer and waits for what becomes of it, for at most `patience`.
/// nullopt: it is still on its way, and ends by itself. Threads: any but the token worker's.
/// Lifetime: the authorizer outlives the call alone.
std::optional<Result<AuthorizedAccount>> authorizeAndWait(
    AccountAuthorizer& authorizer, BrowserGrant grant, Milliseconds patience
);

}  // namespace ferry::oauth
