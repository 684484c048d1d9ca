#pragma once
// The error answers of the API, each form in one place (reference: Dropbox error handling guide).

#include "demo/fake_dropbox/http_message.h"

#include <optional>
#include <string>
#include <string_view>

namespace ferry::demo {

Reply jsonReply(std::string body, int status = 200);
Reply textReply(int status, std::string body);
Reply htmlReply(int status, std::string body);

/// 400, plain text: `Error in call to API function "<route>": <problem>`.
Reply badCall(std::string_view route, std::string_view problem);

/// 409 (or 401, 403) with a nested union: "path/not_found" gives {".tag":"path","path":{".tag":
/// "not_found"}}. `required_scope` is added for missing_scope.
Reply unionError(int status, std::string_view tags, std::string_view required_scope = {});

/// 429. No seconds: no Retry-After and no retry_after.
Reply rateLimited(std::optional<int> retry_after_seconds, bool as_text, bool in_body = true);

/// 400 of the token endpoint (RFC 6749, 5.2).
Reply oauthError(std::string_view error, std::string_view description, int status = 400);

}  // namespace ferry::demo
