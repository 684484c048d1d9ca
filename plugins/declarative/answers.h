#pragma once
// The texts of requests to a token endpoint, and what its answers mean.

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::declarative {

using Texts = std::vector<std::pair<std::string, std::string>>;

/// The fields that have a value, as application/x-www-form-urlencoded, and as a JSON object.
std::string form(const Texts& fields);
std::string json(const Texts& fields);

/// What Retry-After asks for, a number of seconds or a date (RFC 9110, 10.2.3): a week at most.
sdk::Error::Wait retryAfter(const sdk::HttpResponse& response);

/// How long it is from `now_ms` to a time (see parseTime), or a number of seconds below
/// 100,000,000: a week at most. nullopt if it is neither.
sdk::Error::Wait waitUntil(std::string_view text, std::int64_t now_ms);

/// What messages must not have in them, though a provider may say it.
class Secrets {
  public:
    /// Of all that is configured nobody here knows what is secret: all of it counts.
    Secrets(const sdk::AccountView& account, std::string_view access_token);
    /// The secret itself, and as it stands in forms and in Basic credentials.
    void add(std::string_view secret);

    std::string without(std::string text) const;

  private:
    std::vector<std::string> words_;  ///< the longest first
};

/// What the provider itself says in an answer that is no success, to follow a message: ": no such
/// project", or nothing. One line of at most 200 bytes.
std::string said(const sdk::HttpResponse& response, const Secrets& secrets);

/// Throws sdk::Error for an answer that says nothing but that it failed for a while. Without
/// `secrets` the message has nothing of what the provider says.
void throwIfTransient(
    const sdk::HttpResponse& response, std::string_view what, const Secrets* secrets = nullptr
);

/// Throws sdk::Error for every answer that is no success; 401 says that the token is not good.
void throwUnlessOk(
    const sdk::HttpResponse& response, const std::string& what, const Secrets& secrets
);

/// The provider's word for what is wrong, fit for a message.
std::string errorWord(const rapidjson::Value& answer);
/// Does it say that the consent or the code is not good (any more)?
bool saysRevoked(std::string_view word);

}  // namespace ferry::declarative
