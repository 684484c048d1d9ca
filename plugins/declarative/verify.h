#pragma once
// Does a webhook come from the provider? Ways to prove it, of which one must hold.

#include "program.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <string>
#include <vector>

namespace ferry::declarative {

/// One way. Immutable; any thread.
class Verification {
  public:
    /// Throws sdk::Error INVALID.
    explicit Verification(const rapidjson::Value& settings);

    /// Why it was not made with `secret`, which is not empty; nothing if it was. Fails closed.
    /// The text tells nothing of the secret but that it does not fit.
    std::string whyNot(
        const sdk::Call& call, const sdk::WebhookRequestView& request, std::string_view secret
    ) const;

    /// The parameter of the URL that has the token; empty if it is in a header.
    const std::string& query() const noexcept { return query_; }

  private:
    enum class Method : std::uint8_t { Hmac, Token, Basic, Ed25519 };

    /// Where the signature is looked for, for messages.
    std::string place() const;
    bool isTimely(const sdk::Call& call, std::string_view timestamp) const;
    /// Is the time in the body, if there has to be one, about now?
    bool isBodyTimely(const sdk::Call& call, std::string_view body) const;
    std::string untimely(std::string_view where) const;
    /// whyNot() of a signature, which `value` has, made with the secret as it is used.
    std::string whyNotSigned(
        const sdk::Call& call,
        const sdk::WebhookRequestView& request,
        std::string_view secret,
        std::string_view value
    ) const;
    std::string encode(const sdk::Crypto& crypto, std::string_view bytes) const;
    bool isSigned(
        const sdk::Crypto& crypto,
        std::string_view secret,
        std::string_view content,
        std::string_view signature
    ) const;

    Method method_ = Method::Hmac;
    ferry_hash hash_ = FERRY_HASH_SHA256;
    ferry_encoding encoding_ = FERRY_ENCODING_HEX;
    std::string header_;
    std::string query_;
    bool is_in_body_ = false;
    Pointer body_;  ///< where the token is, if it is in the body
    std::string prefix_;
    std::string separator_;
    std::string timestamp_header_;
    std::string timestamp_prefix_;
    bool has_time_in_body_ = false;
    Pointer timestamp_body_;  ///< where it is there
    std::string secret_prefix_;
    std::string secret_encoding_;
    std::int64_t tolerance_ms_ = 0;
    Expression signed_;
};

/// The value of the header if it is there exactly once, else nothing.
std::string_view onlyHeader(const sdk::FieldsView& headers, std::string_view name) noexcept;

}  // namespace ferry::declarative
