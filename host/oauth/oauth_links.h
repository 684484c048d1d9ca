#pragma once
// The hub's own addresses that authorizations need. No stored text has one of them: they change
// with `public_url`.

#include "pipeline/instance_settings.h"

#include <string>
#include <string_view>

namespace ferry::oauth {

/// Configuration keys of the Open Connectors contract that this folder reads.
inline constexpr std::string_view kAuthenticationType = "authentication.type";
inline constexpr std::string_view kAppKey = "oauth.api.key";
inline constexpr std::string_view kAppSecret = "oauth.api.secret";
inline constexpr std::string_view kCallbackUrl = "oauth.callback.url";
/// Why an instance is not authorized, where nothing went wrong.
inline constexpr std::string_view kWaitsForPerson = "it waits for somebody to authorize it";
inline constexpr std::string_view kScope = "oauth.scope";
inline constexpr std::string_view kCode = "code";
inline constexpr std::string_view kRefreshToken = "oauth.user.refresh_token";

/// As pipeline::hasOwnKey.
bool usesApiKey(const pipeline::InstanceSettings& settings);

/// "<public_url>/oauth/start/<name>": the link that a person opens to authorize.
std::string startLink(std::string_view public_url, std::string_view instance_name);

/// True if the page that a consent comes back to can be none of this hub's, under whatever name: it
/// is a program's that asks for consent itself.
bool isOfAnotherProgram(std::string_view redirect_uri);

/// Where the authorization of an instance begins: its startLink(), or, where another program asks
/// for its consent, the call of the API that gives that program the page. Empty: nobody consents.
std::string consentUrl(const pipeline::InstanceSettings& settings, std::string_view public_url);

/// The same for people, as what to do: "open <link>", say.
std::string howToAuthorize(const pipeline::InstanceSettings& settings, std::string_view public_url);

/// Where the provider sends the browser back to: the instance's own `oauth.callback.url`, else the
/// hub's `/oauth/callback`. The provider wants the same text in both steps.
std::string redirectUri(const pipeline::InstanceSettings& settings, std::string_view public_url);
/// The same, of the value of `oauth.callback.url`, which may be empty.
std::string redirectUri(std::string_view callback_url, std::string_view public_url);

/// True if a browser can be sent to `url`, which comes from a plugin: http or https, and nothing in
/// it that would end a header.
bool isRedirectTarget(std::string_view url);

}  // namespace ferry::oauth
