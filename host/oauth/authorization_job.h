#pragma once
// One authorization on its way, as account_authorizer keeps it, and the pure decisions about it:
// which credential to use, and how a refusal is told to people.

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "base/secret.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/token_set.h"
#include "oauth/authorize_urls.h"
#include "pipeline/instance_settings.h"
#include "pipeline/stages.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::oauth {

/// What a browser brought back, and what it was sent away with.
struct BrowserGrant {
    InstanceId instance;
    Secret code;  ///< empty: no browser was needed, the configuration holds a credential
    std::string redirect_uri;
    /// Empty: PKCE was not used. nullopt: whoever brings the code can't know (AuthorizeUrls).
    std::optional<Secret> code_verifier;
};

struct AuthorizedAccount {
    std::string instance_name;
    std::string account_id;
    std::string label;  ///< for people
};

using AuthorizationCompletion = std::function<void(Result<AuthorizedAccount>)>;

/// What an instance is authorized with.
enum class Credential : std::uint8_t {
    None,          ///< nothing yet: a person has to open the link
    BrowserCode,   ///< from BrowserGrant
    Code,          ///< configuration `code`; good once
    RefreshToken,  ///< configuration `oauth.user.refresh_token`; preferred to `code`, as it can be
                   ///< tried again. An access token beside it is not used: its end is not known.
    ApiKey,        ///< the plugin finds the key in the configuration
    Client,        ///< the app's own key and secret; nobody has to consent
};

struct AuthorizationJob {
    InstanceId instance;
    std::optional<BrowserGrant> grant;   ///< browser jobs with a code only
    AuthorizationCompletion completion;  ///< browser jobs only

    // Read anew before each attempt.
    Instance record;
    std::shared_ptr<const pipeline::InstanceSettings> settings;
    std::shared_ptr<pipeline::Provider> provider;
    Credential credential = Credential::None;

    // What was reached; kept over retries, so that a code is not used twice.
    std::optional<TokenSet> tokens;
    std::optional<AccountIdentity> identity;

    // With a code only.
    std::vector<Secret> verifiers;  ///< to be tried in this order; an empty one stands for none
    std::size_t verifier = 0;       ///< the one that it is at
    std::optional<Error> refusal;   ///< what the provider said to the first

    unsigned failures = 0;
    TimePoint retry_at;       ///< only while it waits for that
    bool is_running = false;  ///< an operation is on its way

    bool isBrowser() const { return static_cast<bool>(completion); }
    /// The credential is another one now.
    void forgetWhatWasReached();
};

/// The credential that the configuration holds, or that `provider` needs no other.
Credential chooseCredential(
    const pipeline::InstanceSettings& settings, const pipeline::Provider& provider
);

/// The next exchange of the job's code.
pipeline::CodeExchangeRequest nextExchange(
    AuthorizationJob& job, const AuthorizeUrls& urls, std::string_view public_url
);

/// After an exchange ended with `error`: true if it was refused and there is another verifier to
/// try; nextExchange() has that then. A provider may say the same of a code that is used up, so
/// this may cost a request in vain.
bool takeNextVerifier(AuthorizationJob& job, const Error& error);

/// What is told of a job that ended with `error`. The first refusal of a code says more than the
/// second, as the code may be used up by then.
Error finalError(const AuthorizationJob& job, Error error);

/// What came of the provider's answers is of no use.
Error uselessAnswer(std::string text);

/// After a good exchange: tells `urls` if the code was of a URL that they have made, in case that
/// they do not know (a store from a backup). Errors: those of the store.
Status rememberUrl(const AuthorizationJob& job, AuthorizeUrls& urls, std::string_view public_url);

/// A state_reason that begins so is of a wait that ends by itself: nobody has anything to do.
/// Part of the reasons that only another configuration of the app mends.
inline constexpr std::string_view kRefusesApp = "refuses the app";
inline constexpr std::string_view kTriedAgain = "authorization is tried again by itself; ";

/// Why the job was refused, for the instance's state_reason, without the link to authorize again:
/// whoever shows the reason shows that, too (oauth_links).
std::string refusalReason(const AuthorizationJob& job, const Error& error);

/// Conflict naming both accounts if the instance belongs to another account than `identity`.
Status checkSameAccount(const Instance& instance, const AccountIdentity& identity);

}  // namespace ferry::oauth
