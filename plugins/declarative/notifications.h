#pragma once
// What webhooks say: the provider's questions, and the changes that they bring.

#include "program.h"
#include "verify.h"

#include <ferry/sdk.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ferry::declarative {

/// The section 'notifications'. Immutable; any thread.
class Notifications {
  public:
    /// `outside`: what the map looks at outside of a record; outlives this. Throws sdk::Error
    /// INVALID.
    Notifications(const rapidjson::Value& settings, std::vector<const Expression*> outside);

    std::optional<sdk::Reply> answer(const sdk::WebhookRequestView& request) const;
    bool verify(
        const sdk::Call& call,
        const sdk::WebhookRequestView& request,
        const sdk::FieldsView& secrets
    ) const;
    /// Throws sdk::Error MALFORMED for what is no notification.
    std::vector<sdk::Notice> parse(const sdk::WebhookRequestView& request) const;

    /// Each item of a list is a record of its own.
    bool splits() const noexcept { return splits_; }

  private:
    /// What of a webhook is the notification.
    enum class Body : std::uint8_t { Json, Form, Query };
    struct Challenge {
        std::string method;
        std::string content_type;
        bool has_condition = false;
        Condition condition;
        Expression reply;
    };
    /// The notification as JSON: the body, or what `made` keeps; nullopt if it is no form or query.
    std::optional<std::string_view> jsonOf(
        const sdk::WebhookRequestView& request, std::string& made
    ) const;
    sdk::Notice notice(const Sources& sources, std::string_view record, Scratch& scratch) const;

    Body body_ = Body::Json;
    std::vector<Verification> ways_;
    std::vector<std::string> secret_names_;  ///< parameters of the URL that have tokens
    std::vector<Challenge> challenges_;
    Expression account_;
    Expression id_;
    bool splits_ = false;
    Pointer each_;
    std::vector<const Expression*> outside_;
};

}  // namespace ferry::declarative
