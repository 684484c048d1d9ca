#pragma once
// Authorization by a person with a browser: `/oauth/start/{instance}` sends it to the provider,
// `/oauth/callback` takes it back and finishes through account_authorizer.

#include "http/message.h"
#include "oauth/account_authorizer.h"
#include "oauth/oauth_parts.h"
#include "oauth/state_token.h"

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::oauth {

struct BrowserFlowOptions {
    /// The page comes after this at the latest, finished or not.
    Milliseconds answer_within{25'000};
    /// Callbacks that wait for a provider at one time; they hold a thread of the HTTP server each.
    unsigned waiting_max = 8;
};

/// Threads: start() and callback() from any thread; callback() blocks while the token worker asks
/// the provider. Lifetime: all that is given outlives it.
class BrowserFlow {
  public:
    BrowserFlow(OauthParts parts, AccountAuthorizer& authorizer, BrowserFlowOptions options = {});

    /// Answer to `GET /oauth/start/{instance}`, where `instance` is a name or an id: 302 to the
    /// provider with a fresh state (and PKCE), or a page that says why not.
    ///
    /// Where the callback comes back to this hub's public_url, a cookie binds the state to the
    /// browser that began: else somebody could have another person finish an authorization that
    /// he began, and get that person's account (RFC 6749, 10.12).
    http::Response start(std::string_view instance);

    /// Answer to `GET /oauth/callback`: a page that says what happened and what to do.
    http::Response callback(const http::Request& request);

  private:
    Result<std::optional<Instance>> findInstance(std::string_view name_or_id);
    http::Response redirect(
        const pipeline::InstanceSettings& settings, pipeline::Provider& provider
    );
    http::Response exchange(const PendingAuthorization& pending, std::string code);
    bool isDisabled(InstanceId id);
    std::string instanceLink(InstanceId id);

    OauthParts parts_;
    AccountAuthorizer& authorizer_;
    BrowserFlowOptions options_;
    StateTable states_;
    std::atomic<unsigned> waiting_{0};
};

}  // namespace ferry::oauth
