#include "error_text.h"

#include "json.h"
#include "text.h"

#include <algorithm>
#include <optional>

namespace ferry::dropbox {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetryMax = std::chrono::hours(24);

}  // namespace

sdk::Error::Wait retryAfter(const sdk::HttpResponse& response, const rapidjson::Document& body) {
    std::optional<std::int64_t> seconds = parseCount(response.header("retry-after"));
    const rapidjson::Value* in_body = json::member(json::member(body, "error"), "retry_after");
    if (!seconds && in_body != nullptr && in_body->IsUint()) seconds = in_body->GetUint();
    if (!seconds) return std::nullopt;
    return std::min<milliseconds>(std::chrono::seconds(*seconds), kRetryMax);
}

std::string errorText(
    std::string_view route,
    const sdk::HttpResponse& response,
    std::string_view tags,
    std::string_view meaning,
    std::string_view detail
) {
    std::string text(route);
    text += ": http " + std::to_string(response.status());
    if (!tags.empty()) text += " " + excerpt(tags, {}, 100);
    text += ": ";
    text += meaning;
    if (!detail.empty()) {
        text += ": ";
        text += detail;
    }
    const std::string id = excerpt(response.header("x-dropbox-request-id"), {}, 64);
    if (!id.empty()) text += " (request id " + id + ")";
    return text;
}

sdk::Error transportError(std::string_view route, const sdk::HttpResponse& response) {
    std::string text(route);
    text += ": no answer: ";
    text += response.transportErrorName();
    switch (response.transportError()) {
        case FERRY_TRANSPORT_REFUSED_BY_POLICY:
            return sdk::Error::rejected(
                text + ": allow the host under egress, or mend base_urls of the provider"
            );
        case FERRY_TRANSPORT_TOO_LARGE:
            return sdk::Error::malformed(text);
        default:
            return sdk::Error::unavailable(text);
    }
}

sdk::Error passingFault(
    std::string_view route,
    const sdk::HttpResponse& response,
    const rapidjson::Document& body,
    const std::string& detail
) {
    const bool is_redirect = response.status() >= 300 && response.status() < 400;
    const std::string_view meaning = response.status() >= 500 ? "dropbox has a fault"
                                     : is_redirect            ? "a redirect, which is not followed"
                                                   : "an answer that dropbox does not give: do "
                                                     "base_urls of the provider point to it?";
    return sdk::Error::unavailable(
        errorText(route, response, "", meaning, detail), retryAfter(response, body)
    );
}

}  // namespace ferry::dropbox
