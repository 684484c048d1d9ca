// What the answers to polls mean that are no page.
#include "polling.h"
#include "text.h"

#include <algorithm>

namespace ferry::declarative {

/// Throws for an outage, and if there were too many requests.
void Polling::throwIfLimited(
    const sdk::HttpResponse& response,
    const std::string& place,
    const Secrets& secrets,
    std::int64_t now_ms
) const {
    constexpr int kTooMany = 429;
    const bool is_too_many = response.status() == kTooMany;
    if (!is_too_many) throwIfTransient(response, place, &secrets);
    if (!is_too_many && !has_limited_) return;
    JsonDocument body;
    body.parseOrNull(response.body());
    const AnswerSources answer(response, body.root());
    Scratch scratch;
    if (!is_too_many && !holds(limited_, answer, scratch)) return;
    auto wait = retryAfter(response);
    if (!wait) {
        const std::string_view until = limited_until_.evaluate(answer, scratch).text;
        const auto now = parseHttpDate(response.header("date"));
        wait = waitUntil(until, now.value_or(now_ms));
    }
    const std::string what =
        is_too_many ? "too many requests" : "answered " + std::to_string(response.status());
    throw sdk::Error::rateLimited(place + ": " + what + said(response, secrets), wait);
}

/// Throws for every other answer that is no page.
void Polling::check(
    const sdk::HttpResponse& response, const std::string& place, const Secrets& secrets
) const {
    const int status = response.status();
    const bool is_expired = std::find(expired_.begin(), expired_.end(), status) != expired_.end();
    if (can_list_ && is_expired && status != 401 && !response.ok())
        throw sdk::Error::cursorInvalid(
            place + ": answered " + std::to_string(status) + said(response, secrets)
        );
    throwUnlessOk(response, place, secrets);
}

/// The position that the answer to a resource's `start` names.
std::string Polling::startOf(
    const PollRequest& request, const sdk::HttpResponse& response, const std::string& place
) {
    JsonDocument body;
    body.parseOrNull(response.body());
    std::string position = request.position({response, body.root()});
    if (position.empty()) throw sdk::Error::malformed(place + ": there is no cursor to start at");
    return position;
}

}  // namespace ferry::declarative
