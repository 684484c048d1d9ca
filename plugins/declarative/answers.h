#pragma once
// The texts of requests to a token endpoint, and what its answers mean.

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

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

/// Throws sdk::Error for an answer that says nothing but that it failed for a while.
void throwIfTransient(const sdk::HttpResponse& response, std::string_view what);

/// Throws sdk::Error for every answer that is no success; 401 says that the token is not good.
void throwUnlessOk(const sdk::HttpResponse& response, const std::string& what);

/// The provider's word for what is wrong, fit for a message.
std::string errorWord(const rapidjson::Value& answer);
/// Does it say that the consent or the code is not good (any more)?
bool saysRevoked(std::string_view word);

}  // namespace ferry::declarative
