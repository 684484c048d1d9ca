#pragma once
// What a token endpoint says is wrong, for people.

#include "answers.h"

#include <rapidjson/document.h>

#include <string>

namespace ferry::declarative {

/// Most bytes of the text.
inline constexpr std::size_t kTokenErrorBytesMax = 200;

/// One printable line: the provider's word and its description (RFC 6749, 5.2), or what it has in
/// their place: an object `error`, a `message`. Providers repeat there what they were asked with:
/// none of the `secrets` is in it. Never empty. `answer` is an object.
std::string tokenErrorText(const rapidjson::Value& answer, const Secrets& secrets);

}  // namespace ferry::declarative
