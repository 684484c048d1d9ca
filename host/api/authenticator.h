#pragma once
// Decides who calls: compares what the Authorization header presents with the API keys, the
// organization secret and the Element tokens.

#include "api/authorization_header.h"
#include "api/caller.h"
#include "api/element_token.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "http/message.h"
#include "observe/log.h"
#include "store/api_key_store.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::api {

/// How long a change of the API keys by another process may go unseen.
inline constexpr Milliseconds kKeysCheckInterval{500};

/// The name that the key of ferry.yaml (`api.user_secret`) has among the others, and that of the
/// program's own commands.
inline constexpr std::string_view kConfiguredKeyName = "ferry.yaml";
inline constexpr std::string_view kCommandKeyName = "ferry";

/// The organization secret of a hub whose ferry.yaml names none: always the same under one master
/// key, so that there is nothing to store.
std::string ownOrganizationSecret(const SealingKey& key);

/// The form in which the secret of an API key is given out: "fk_" and 256 random bits.
Secret newApiSecret(Random& random);

struct AuthenticatorOptions {
    Secret user_secret;          ///< `api.user_secret`: a key of role write; empty: none
    Secret organization_secret;  ///< `api.organization_secret`; empty: the hub's own
    Secret command_secret{};     ///< of this program's commands, role write; empty: none
};

/// Threads: any. Lifetime: keys, clock and log outlive it.
class Authenticator {
  public:
    Authenticator(
        store::ApiKeyStore& keys,
        const SealingKey& key,
        const Clock& clock,
        observe::Log& log,
        const AuthenticatorOptions& options
    );

    /// The caller, if the header has one of: User with Organization, User with Element, Bearer; and
    /// if everything else that it has is right, too.
    /// Errors: Unauthenticated; the text says what is missing, and of what is wrong only that it
    /// is.
    Result<Caller> authenticate(const http::Request& request);

    /// The caller who has the key of this name. Errors: Unauthenticated, whichever of both is
    /// wrong.
    Result<Caller> logIn(std::string_view name, const Secret& key);

    const Secret& organizationSecret() const noexcept { return organization_; }

  private:
    struct KnownKey {
        std::string name;
        ApiRole role = ApiRole::None;
        Digest256 hash{};
    };
    using KeyList = std::vector<KnownKey>;

    Result<Caller> callerOf(const Secret& secret);
    std::shared_ptr<const KeyList> currentKeys();

    store::ApiKeyStore& keys_;
    const Clock& clock_;
    observe::Log& log_;
    const ElementTokens tokens_;
    const Secret organization_;
    KeyList configured_;

    std::mutex mutex_;
    std::shared_ptr<const KeyList> known_;  ///< guarded by mutex_, as is all below
    std::int64_t revision_ = 0;
    TimePoint next_check_{};
    bool is_failing_ = false;
};

}  // namespace ferry::api
