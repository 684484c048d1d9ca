#pragma once
// One attempt of a delivery as an HTTP request: body, headers, signatures, limits. Between the
// delivery worker and the outbound service.

#include "http/outbound.h"
#include "pipeline/callback_body.h"

#include <string>
#include <string_view>

namespace ferry::pipeline {

/// Limits and names that every callback request has.
struct CallbackRequestOptions {
    Milliseconds timeout{15'000};  ///< Standard Webhooks 1.0.0 proposes 15 to 30 s
    std::size_t response_bytes_max = 64 * 1024;
    std::string user_agent = "Ferry";
    std::string origin;  ///< host of the hub, for receivers that are asked for permission
    HubIdentity hub;
};

/// Of a callback that carries events again because somebody asked for it.
inline constexpr std::string_view kRedeliveryHeader = "Ferry-Redelivery";

/// Its value: "request" for a delivery or a single event, "replay <id>" for a replay; empty for
/// callbacks that have no such header. An attempt that is made again by itself has none.
std::string redeliveryOf(const Delivery& delivery);

/// The request that brings `events` to the instance's callback URL. `attempted_at` is the wall
/// clock at this attempt; apart from what follows from it, all attempts are alike. `traceparent`
/// has the delivery's trace, and a span of this attempt's own. `records` as in CallbackPage.
http::OutboundRequest makeCallbackRequest(
    const Delivery& delivery,
    const InstanceSettings& settings,
    std::span<const RecordedEvent> events,
    TimePoint attempted_at,
    const CallbackRequestOptions& options,
    std::span<const RecordedEvent> records = {}
);

/// Lets the request carry an access token (RFC 6750, 2.1).
void addAccessToken(http::OutboundRequest& request, const Secret& token);

}  // namespace ferry::pipeline
