#include "pipeline/callback_request.h"

#include "pipeline/callback_handshake.h"
#include "pipeline/callback_signature.h"
#include "pipeline/callback_trace.h"

namespace ferry::pipeline {

std::string redeliveryOf(const Delivery& delivery) {
    switch (delivery.origin) {
        case DeliveryOrigin::Commit:
            return {};
        case DeliveryOrigin::Again:
        case DeliveryOrigin::Request:
            return "request";
        case DeliveryOrigin::Replay:
            return "replay " + std::to_string(delivery.replay.value);
    }
    return {};
}

http::OutboundRequest makeCallbackRequest(
    const Delivery& delivery,
    const InstanceSettings& settings,
    std::span<const RecordedEvent> events,
    TimePoint attempted_at,
    const CallbackRequestOptions& options,
    std::span<const RecordedEvent> records
) {
    http::OutboundRequest request;
    request.method = "POST";
    request.url = settings.callback_url;
    const std::string message_id = callbackEventId(delivery, events);
    const CallbackPage page{delivery, settings, events, options.hub, records, message_id};
    const CallbackFormatEntry& format = callbackFormat(settings.format);
    request.body = renderCallbackBody(page);
    request.timeout = settings.delivery.timeout.value_or(options.timeout);
    request.response_bytes_max = options.response_bytes_max;
    request.traffic = http::Traffic::Callback;
    request.tls = settings.delivery.tls;
    request.headers.add("Content-Type", std::string(format.content_type));
    request.headers.add("User-Agent", options.user_agent);
    for (const auto& [name, value] : settings.delivery.headers)
        request.headers.add(name, std::string(value.reveal()));
    if (settings.delivery.asks_permission)
        request.headers.add(std::string(kRequestOriginHeader), options.origin);
    if (format.add_headers != nullptr) format.add_headers(page, request.headers);
    request.headers.add("traceparent", attemptTraceparent(delivery, attempted_at, options.hub));
    const std::string redelivery = redeliveryOf(delivery);
    if (!redelivery.empty()) request.headers.add(std::string(kRedeliveryHeader), redelivery);
    const std::string notification_id = std::to_string(delivery.id.value);
    signCallback(
        {notification_id, message_id, attempted_at, request.body, settings.signing_keys},
        request.headers
    );
    return request;
}

void addAccessToken(http::OutboundRequest& request, const Secret& token) {
    request.headers.add("Authorization", "Bearer " + token.reveal());
}

}  // namespace ferry::pipeline
