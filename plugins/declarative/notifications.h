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

    /// `secrets`: of the instance that the URL names, if there is a challenge that is signed.
    std::optional<sdk::Reply> answer(
        const sdk::Call& call,
        const sdk::WebhookRequestView& request,
        const sdk::FieldsView& secrets
    ) const;
    /// Why none of the secrets proves that it comes from the provider; nothing if one does.
    std::string whyNotVerified(
        const sdk::Call& call,
        const sdk::WebhookRequestView& request,
        const sdk::FieldsView& secrets
    ) const;
    /// Throws sdk::Error MALFORMED for what is no notification.
    std::vector<sdk::Notice> parse(const sdk::Call& call, const sdk::WebhookRequestView& request)
        const;

    /// Each item of a list is a record of its own.
    bool splits() const noexcept { return splits_; }

  private:
    /// What of a webhook is the notification.
    enum class Body : std::uint8_t { Json, Form, Query };
    struct Challenge {
        std::string method;
        int status = 200;
        std::string content_type;
        bool has_condition = false;
        Condition condition;
        Expression reply;
        Expression crc_token;  ///< what is signed, if something is
        std::string crc_hash;
        std::string crc_encoding;
        NamedExpressions headers;
        bool is_empty = false;     ///< the reply is meant to have no body
        bool is_verified = false;  ///< only to what `verify` holds for
    };
    static Challenge readChallenge(const rapidjson::Value& item);
    /// The answer, if the request is this challenge.
    static std::optional<sdk::Reply> reply(
        const Challenge& challenge, const Sources& sources, Scratch& scratch
    );
    /// The notification as JSON: the body, or what `made` keeps; nullopt if it is no form or query.
    std::optional<std::string_view> jsonOf(
        const sdk::WebhookRequestView& request, std::string& made
    ) const;
    static std::string crc(
        const sdk::Call& call,
        const Challenge& challenge,
        const Sources& sources,
        const sdk::FieldsView& secrets
    );
    std::vector<sdk::Notice> marks(
        const sdk::WebhookRequestView& request, const rapidjson::Value& body
    ) const;
    /// Adds the notice of a record; one that is too long even without its long texts is left out.
    void add(
        const sdk::Call& call,
        const Sources& sources,
        std::string_view record,
        std::vector<sdk::Notice>& notices
    ) const;
    sdk::Notice notice(const Sources& sources, std::string_view record, Scratch& scratch) const;

    Body body_ = Body::Json;
    std::vector<Verification> ways_;
    std::vector<std::string> secret_names_;  ///< parameters of the URL that have tokens
    std::vector<Challenge> challenges_;
    Expression account_;
    Expression id_;
    bool are_marks_ = false;  // only that something changed, and not what
    bool splits_ = false;
    Pointer each_;
    std::vector<const Expression*> outside_;
};

}  // namespace ferry::declarative
