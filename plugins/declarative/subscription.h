#pragma once
// The section 'subscription': webhooks are registered at the provider, renewed and removed.

#include "poll_request.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ferry::declarative {

/// Immutable; any thread. Outlives the operations that it starts, as the plugin object does.
class SubscriptionPlan {
  public:
    /// Throws sdk::Error INVALID.
    explicit SubscriptionPlan(const rapidjson::Value& settings);

    /// Registers, renews, or puts another one in the place of one that can't be renewed.
    sdk::Task<sdk::Subscription> subscribe(
        sdk::Context& context,
        const sdk::AccountView& account,
        std::string access_token,
        const sdk::Subscribe& wanted
    ) const;
    sdk::Task<void> unsubscribe(
        sdk::Context& context,
        const sdk::AccountView& account,
        std::string access_token,
        const sdk::Subscribe& wanted
    ) const;

  private:
    sdk::Subscription read(
        const sdk::HttpResponse& response, std::string_view state, std::int64_t wanted_end_ms
    ) const;

    std::optional<RequestTemplate> start_;
    Expression cursor_;  ///< in the answer to `start_`
    RequestTemplate create_;
    std::optional<RequestTemplate> renew_;
    RequestTemplate delete_;
    NamedExpressions kept_;             ///< of the answer, by name
    Expression expires_;                ///< the end, in the answer
    std::optional<Expression> secret_;  ///< that the provider signs with, in the answer
    std::int64_t lifetime_ms_ = 0;      ///< asked for; 0: no end
};

}  // namespace ferry::declarative
