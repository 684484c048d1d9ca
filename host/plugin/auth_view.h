#pragma once
// The auth hooks of a plugin, as the host calls them.

#include "plugin/operation.h"

#include <memory>
#include <string>

namespace ferry::plugin {

/// Cheap to copy. Every function answers Unsupported if the plugin lacks the hook. Threads: any.
class AuthView {
  public:
    explicit AuthView(std::shared_ptr<PluginInstance> instance) : instance_(std::move(instance)) {}

    /// Where to send the user's browser.
    Result<std::string> authorizeUrl(
        const CallInfo& call, const Account& account, const AuthorizeRequest& request
    ) const;
    /// Arguments need to live until the function returns.
    Result<Operation<TokenSet>> exchangeCode(
        const CallInfo& call, const Account& account, const CodeExchange& exchange
    ) const;
    /// AuthorizationRevoked when the consent is gone; an outage is Unavailable.
    Result<Operation<TokenSet>> refresh(
        const CallInfo& call, const Account& account, const TokenSet& tokens
    ) const;
    Result<Operation<Done>> revoke(
        const CallInfo& call, const Account& account, const TokenSet& tokens
    ) const;
    Result<Operation<Identity>> verify(
        const CallInfo& call, const Account& account, const TokenSet& tokens
    ) const;

  private:
    std::shared_ptr<PluginInstance> instance_;
};

}  // namespace ferry::plugin
