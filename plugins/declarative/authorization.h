#pragma once
// The section 'authorization': how accounts are authorized with OAuth 2 or a key, and whose they
// are.

#include "answers.h"
#include "program.h"
#include "request_template.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// Immutable; any thread. Outlives the operations that it starts, as the plugin object does.
class Authorization {
  public:
    /// `connector` stands for the account where nothing else is known. Throws sdk::Error INVALID.
    Authorization(const rapidjson::Value* settings, std::string connector);

    /// Throws sdk::Error INVALID if the app's key is missing.
    std::string authorizeUrl(
        const sdk::AccountView& account, const sdk::AuthorizeRequestView& request
    ) const;
    sdk::Task<sdk::TokenSet> exchange(
        sdk::Context& context, const sdk::AccountView& account, const sdk::CodeExchange& exchange
    ) const;
    sdk::Task<sdk::TokenSet> refresh(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const;
    sdk::Task<sdk::Identity> identify(
        sdk::Context& context, const sdk::AccountView& account, const sdk::TokenSet& tokens
    ) const;

    /// The token that requests are made with: that of `tokens`, or the key that the instance has.
    std::string accessToken(const sdk::AccountView& account, const sdk::TokenSet& tokens) const;

  private:
    /// Adds those that have a value.
    static void add(const NamedExpressions& templates, const sdk::AccountView& account, Texts& to);
    std::string placed(std::string_view url, const sdk::AccountView& account) const;
    sdk::Request tokenRequest(const sdk::AccountView& account, const sdk::Call& call, Texts fields)
        const;
    /// Asks the token endpoint; what may be secret of `fields` is in no message.
    sdk::Task<sdk::TokenSet> ask(
        sdk::Context& context, const sdk::AccountView& account, Texts fields
    ) const;
    sdk::TokenSet readTokens(
        const sdk::HttpResponse& response,
        const sdk::AccountView& account,
        const sdk::Call& call,
        const Secrets& secrets
    ) const;

    std::string connector_;
    std::string authorize_url_;
    std::string token_url_;
    bool is_of_client_ = false;  // grant client_credentials
    bool has_client_in_body_ = false;
    bool sends_json_ = false;
    std::string scope_separator_ = " ";
    std::string api_key_;  ///< parameter of the instance
    NamedExpressions authorize_params_;
    NamedExpressions token_params_;
    Texts base_urls_;  ///< as the connector has them
    Expression account_;
    Expression label_;
    std::optional<RequestTemplate> check_;
};

}  // namespace ferry::declarative
