#pragma once
// The `state` of a browser authorization: which instance it is for, good once and for ten minutes.
// Made by browser_flow's start, spent by its callback.

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "model/ids.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ferry::oauth {

inline constexpr Milliseconds kStateLifetime{600'000};
/// States open at one time; the oldest gives way. About 500 bytes each.
inline constexpr std::size_t kStatesMax = 10'000;
/// States of one instance open at one time, so that one instance can't push out the others.
inline constexpr std::size_t kStatesPerInstanceMax = 32;

/// What an open state stands for.
struct PendingAuthorization {
    InstanceId instance;
    std::string redirect_uri;
    Secret code_verifier;           ///< empty: PKCE is not used
    bool is_browser_bound = false;  ///< the callback must bring the cookie that start set
};

/// In memory only: after a restart an open link has to be opened again.
/// Threads: all functions from any thread. Lifetime: clock and random outlive it.
class StateTable {
  public:
    StateTable(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

    /// A new state: 256 random bits, base64url.
    std::string issue(PendingAuthorization pending);

    /// What `state` stands for; it is spent by this, whatever comes after.
    /// Errors: NotFound if it was never given out, was spent, or has gone.
    /// DeadlineExceeded if it is older than kStateLifetime.
    Result<PendingAuthorization> redeem(std::string_view state);

    std::size_t size() const;

  private:
    struct Entry {
        PendingAuthorization pending;
        TimePoint expires_at;
        std::uint64_t number = 0;
    };
    // States are looked up by their hash: the time of a look-up tells nothing about a state.
    using Key = std::string;

    void erase(const Key& key);
    void makeRoom(InstanceId instance, TimePoint now);

    const Clock& clock_;
    Random& random_;
    mutable std::mutex mutex_;
    std::unordered_map<Key, Entry> entries_;
    std::map<std::uint64_t, Key> by_age_;
    std::unordered_map<InstanceId, std::map<std::uint64_t, Key>> by_instance_;
    std::uint64_t next_number_ = 1;
};

}  // namespace ferry::oauth
