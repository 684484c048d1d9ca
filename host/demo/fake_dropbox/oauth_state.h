#pragma once
// Apps, authorization codes, refresh tokens and access tokens. Not locked: its owner is.

#include "base/clock.h"
#include "base/result.h"
#include "demo/fake_dropbox/ids.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ferry::demo {

/// An app as the App Console has it.
struct App {
    std::string key;
    std::string secret;
    std::string name = "Test app";
    std::vector<std::string> redirect_uris;  ///< compared exactly
    std::vector<std::string> webhook_uris;
    std::vector<std::string> scopes = {
        "account_info.read",
        "files.metadata.read",
        "files.metadata.write",
        "files.content.read",
        "files.content.write"};
    bool is_app_folder = false;  ///< sees only /Apps/<name>
};

/// What the user agrees to on the authorize page.
struct Consent {
    std::string app_key;
    std::string account_id;
    std::string redirect_uri;  ///< "" if none was given: the user copies the code
    std::vector<std::string> scopes;
    std::string code_challenge;  ///< S256; "" without PKCE
    bool is_offline = true;      ///< gives a refresh token
};

/// One agreement of one account with one app.
struct Grant {
    std::string app_key;
    std::string account_id;
    std::vector<std::string> scopes;
    std::string refresh_token;  ///< "" for online grants
    bool is_pkce = false;       ///< was made without the secret: refreshes without it too
    bool is_revoked = false;
};

struct AccessToken {
    std::shared_ptr<Grant> grant;
    std::vector<std::string> scopes;
    TimePoint expires_at;
    bool is_forced_expired = false;
};

struct IssuedTokens {
    std::string access_token;
    std::string refresh_token;    ///< "" when there is none, and always when refreshing
    std::int64_t expires_in = 0;  ///< seconds
    std::vector<std::string> scopes;
    std::string account_id;
};

enum class TokenState : std::uint8_t { Valid, Invalid, Expired };

class OAuthState {
  public:
    /// Both outlive it. Source of the 4 hours: dropbox.tech, "Using OAuth 2.0 with offline access".
    OAuthState(IdSource& ids, const Clock& clock) : ids_(ids), clock_(clock) {}

    Milliseconds access_token_life = std::chrono::hours(4);
    Milliseconds code_life = std::chrono::minutes(10);
    /// A verifier for a code without a challenge uses the code up.
    bool surplus_verifier_ends_code = false;

    void addApp(App app);
    /// nullptr if unknown.
    App* findApp(std::string_view key);

    std::string issueCode(Consent consent);
    /// Errors: AuthorizationRevoked with the words of invalid_grant. A code works once, and is used
    /// up by a refusal, but for that of a verifier though the code has no challenge, which RFC 9700
    /// (2.1.1) wants (`surplus_verifier_ends_code`: also by that). What Dropbox does is not
    /// documented.
    Result<IssuedTokens> exchange(
        const std::string& code,
        std::string_view app_key,
        std::string_view redirect_uri,
        std::string_view code_verifier,
        bool proved_secret
    );
    /// `scopes` empty: all of the grant. Errors: as exchange(); InvalidArgument: scopes too wide.
    Result<IssuedTokens> refresh(
        const std::string& refresh_token,
        std::string_view app_key,
        const std::vector<std::string>& scopes,
        bool proved_secret
    );

    TokenState check(const std::string& access_token) const;
    /// Valid until the next call; nullptr if unknown.
    const AccessToken* find(const std::string& access_token) const;

    /// Ends the grant of the token: its refresh token and all its access tokens.
    void revokeByAccessToken(const std::string& access_token);
    void unlink(std::string_view app_key, std::string_view account_id);
    void expireAccessTokens(std::string_view account_id);
    /// The token ends `life` from now.
    void setExpiry(const std::string& access_token, Milliseconds life);

    bool isLinked(std::string_view app_key, std::string_view account_id) const;
    /// Apps that the account is linked to now.
    std::vector<std::string> appsOf(std::string_view account_id) const;

  private:
    struct Code {
        Consent consent;
        TimePoint expires_at;
    };

    std::shared_ptr<Grant> makeGrant(const Consent& consent, bool is_pkce);
    IssuedTokens issue(const std::shared_ptr<Grant>& grant, std::vector<std::string> scopes);
    void revoke(Grant& grant);

    IdSource& ids_;
    const Clock& clock_;
    std::map<std::string, App, std::less<>> apps_;
    std::unordered_map<std::string, Code> codes_;
    std::unordered_map<std::string, std::shared_ptr<Grant>> by_refresh_token_;
    std::unordered_map<std::string, AccessToken> access_tokens_;
    /// account id -> its live grants
    std::map<std::string, std::vector<std::shared_ptr<Grant>>, std::less<>> by_account_;
};

}  // namespace ferry::demo
