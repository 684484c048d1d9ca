#pragma once
// What the errors of all routes have in common: the form of their messages, how long to wait, and
// failures that mean the same everywhere.

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <chrono>
#include <string>
#include <string_view>

namespace ferry::dropbox {

/// For a rate limit that does not say how long.
inline constexpr std::chrono::milliseconds kRetryDefault = std::chrono::seconds(1);

/// "files/list_folder: http 409 path/not_found: meaning: text of Dropbox (request id abc)".
/// `detail` must be an excerpt() already.
std::string errorText(
    std::string_view route,
    const sdk::HttpResponse& response,
    std::string_view tags,
    std::string_view meaning,
    std::string_view detail
);

/// How long Dropbox asks to wait, by the header or else the body; nullopt if it does not. A day at
/// most.
sdk::Error::Wait retryAfter(const sdk::HttpResponse& response, const rapidjson::Document& body);

/// The content type without its parameters; empty if the answer has none.
std::string_view mediaType(const sdk::HttpResponse& response) noexcept;

/// True for a page for people, which no route of Dropbox answers.
bool isHtml(const sdk::HttpResponse& response) noexcept;

/// For a response with status 0.
sdk::Error transportError(std::string_view route, const sdk::HttpResponse& response);

/// For statuses that no rule knows: faults of Dropbox, redirects, and answers of something else.
sdk::Error passingFault(
    std::string_view route,
    const sdk::HttpResponse& response,
    const rapidjson::Document& body,
    const std::string& detail
);

}  // namespace ferry::dropbox
