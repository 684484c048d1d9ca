#include "pipeline/operator_message.h"

#include "base/json_writer.h"
#include "base/utf8.h"
#include "pipeline/callback_signature.h"

#include <fmt/format.h>

namespace ferry::pipeline {
namespace {

constexpr Milliseconds kTimeout{15'000};
constexpr std::size_t kAnswerBytesMax = 4 * 1024;

std::string renderBody(const Condition& condition, std::string_view hub_id) {
    const bool is_over = !condition.isOpen();
    std::string type(conditionKindName(condition.kind));
    if (is_over) type += ".resolved";
    JsonWriter json;
    json.beginObject().field("type", type);
    json.field("timestamp", formatRfc3339(is_over ? condition.ended_at : condition.since));
    json.key("data").beginObject();
    json.field("hub", hub_id);
    json.key("instances").raw(condition.instances);
    json.field("since", formatRfc3339(condition.since));
    json.field("reason", toValidUtf8(condition.reason));
    if (is_over) {
        json.field("endedAt", formatRfc3339(condition.ended_at));
    } else {
        json.field("action", conditionAdvice(condition.kind));
    }
    json.endObject().endObject();
    return json.take();
}

}  // namespace

std::string_view conditionAdvice(ConditionKind kind) noexcept {
    switch (kind) {
        case ConditionKind::NeedsReauthorization:
            return "a person who may use the account opens the authorizationUrl of the instance "
                   "and consents; without one, put a valid access key into its configuration; "
                   "until then nothing is asked of the provider, and nothing is lost";
        case ConditionKind::CallbackSwitchedOff:
            return "mend the receiver, then switch the callback on: PUT /instances/{id}/enabled "
                   "for all that waits, or PUT "
                   "/notifications/subscriptions/deliveries?where=status='queued' for what was "
                   "refused for good as well; until then its deliveries wait";
        case ConditionKind::CallbackFailing:
            return "look at what its last attempt says: the receiver, or the callback's URL; "
                   "deliveries that wait are tried again by themselves, and those that have used "
                   "up their attempts are told of as dead";
        case ConditionKind::DeliveriesDead:
            return "mend the receiver, then deliver again: PUT "
                   "/notifications/subscriptions/deliveries?where=status='queued', or a replay; "
                   "they and their events stay for the retention time";
        case ConditionKind::CallbackUnpermitted:
            return "the receiver answers OPTIONS with WebHook-Allowed-Origin, or opens the address "
                   "that it got in WebHook-Request-Callback; or the instance asks for no "
                   "permission (event.notification.cloudevents.handshake); until then its "
                   "deliveries wait, and "
                   "it is asked again at waits that double up to an hour";
    }
    return {};
}

http::OutboundRequest makeOperatorRequest(
    const Condition& condition, const OperatorTarget& target, TimePoint attempted_at
) {
    http::OutboundRequest request;
    request.method = "POST";
    request.url = target.url;
    request.body = renderBody(condition, target.hub_id);
    request.timeout = kTimeout;
    request.response_bytes_max = kAnswerBytesMax;
    request.traffic = http::Traffic::Provider;
    request.headers.add("Content-Type", "application/json");
    request.headers.add("User-Agent", std::string(target.user_agent));
    const std::string number = std::to_string(condition.id.value);
    const std::string message_id =
        fmt::format("{}-{}-{}", target.hub_id, number, condition.isOpen() ? "opened" : "resolved");
    for (const SignatureScheme& scheme : signatureSchemes()) {
        if (scheme.name != "standard-webhooks") continue;
        scheme.sign({number, message_id, attempted_at, request.body, target.keys}, request.headers);
    }
    if (!request.headers.get("webhook-id")) request.headers.add("webhook-id", message_id);
    return request;
}

}  // namespace ferry::pipeline
