#pragma once
// What every request to Dropbox needs: where to, in whose name, relative to which root. Names of
// the parameters of connector.yaml that the code reads stand here, and only here.

#include <ferry/sdk.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ferry::dropbox {

namespace parameter {
inline constexpr std::string_view kAuthenticationType = "authentication.type";
inline constexpr std::string_view kAppKey = "oauth.api.key";
inline constexpr std::string_view kAppSecret = "oauth.api.secret";
inline constexpr std::string_view kAccessToken = "dropbox.authorization.apikey";
inline constexpr std::string_view kPath = "dropbox.path";
inline constexpr std::string_view kPathRoot = "dropbox.path.root";
}  // namespace parameter

/// Above what an answer of an account or token route can need.
inline constexpr std::int64_t kSmallAnswerBytesMax = 1 << 20;

/// The base URL `name` of the account, else Dropbox's own; without a slash at the end.
std::string baseUrl(const sdk::AccountView& account, std::string_view name);

/// Who a call acts for. Never printed. It looks at the account and the tokens, so it must not
/// outlive them.
class Credentials {
  public:
    Credentials(const sdk::AccountView& account, const sdk::TokenSet& tokens);

    /// authentication.type is apiKey: a token made by hand, which cannot be refreshed.
    bool isApiKey() const noexcept { return is_api_key_; }
    /// Throws Error if there is no access token: AUTH_EXPIRED, with apiKey INVALID.
    std::string_view accessToken() const;
    /// What must not show up in a message.
    const std::vector<std::string_view>& secrets() const noexcept { return secrets_; }
    void addSecret(std::string_view secret) { secrets_.push_back(secret); }

  private:
    bool is_api_key_;
    std::string_view access_token_;
    std::vector<std::string_view> secrets_;
};

/// The namespace that paths are relative to: that of the team space for members of a team that has
/// one, or empty for the account's own folder (then Dropbox wants no header). From the account
/// state that verify() wrote, unless `dropbox.path.root` is `home`. Throws Error: INVALID.
std::string configuredRoot(const sdk::AccountView& account);

/// POST https://<api>/2/<route> with a JSON body. `root`: see configuredRoot().
sdk::Request rpc(
    const sdk::AccountView& account,
    const Credentials& credentials,
    std::string_view route,
    std::string body,
    std::string_view root = {}
);

/// POST https://<content>/2/files/download; `argument` is JSON in ASCII.
sdk::Request contentDownload(
    const sdk::AccountView& account,
    const Credentials& credentials,
    std::string argument,
    std::string_view root
);

}  // namespace ferry::dropbox
