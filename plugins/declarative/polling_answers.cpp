// What the answers to polls mean that are no page.
#include "polling.h"

#include "text.h"

#include <algorithm>

namespace ferry::declarative {

/// Throws for an outage, and if there were too many requests.
void Polling::throwIfLimited(
    const sdk::HttpResponse& response, const std::string& place, const Secrets& secrets
) const {
    throwIfTransient(response, place, &secrets);
    if (!has_limited_) return;
    JsonDocument body;
    body.parseOrNull(response.body());
    Scratch scratch;
    if (!holds(limited_, AnswerSources(response, body.root()), scratch)) return;
    throw sdk::Error::rateLimited(
        place + ": answered " + std::to_string(response.status()) + said(response, secrets),
        retryAfter(response)
    );
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
