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
    // No answer of Dropbox comes near the host's limit: what has no end is a fault on the way, and
    // passes like one.
    if (response.transportError() == FERRY_TRANSPORT_TOO_LARGE)
        return sdk::Error::unavailable(
            std::string(route) +
            ": the answer is larger than any that dropbox gives: is a proxy between, and do "
            "base_urls of the provider point to dropbox?"
        );
    std::string text(route);
    text += ": no answer: ";
    text += response.transportErrorName();
    switch (response.transportError()) {
        case FERRY_TRANSPORT_REFUSED_BY_POLICY:
            return sdk::Error::rejected(
                text + ": allow the host under egress, or mend base_urls of the provider"
            );
        default:
            return sdk::Error::unavailable(text);
    }
}

std::string_view mediaType(const sdk::HttpResponse& response) noexcept {
    std::string_view type = response.header("content-type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' '))
        type.remove_suffix(1);
    return type;
}

bool isHtml(const sdk::HttpResponse& response) noexcept {
    return sdk::detail::equalIgnoringCase(mediaType(response), "text/html");
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
