#pragma once
// Where a provider sends its webhooks, as it knows it: below the hub's public URL.

#include "http/message.h"
#include "model/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace ferry::pipeline {

/// Before the key of the connector.
inline constexpr std::string_view kWebhookPath = "/elements/api-v2/events/";

/// The URL of all instances of the connector, or of `instance` alone. `public_url` has no slash at
/// its end.
std::string webhookUrl(
    std::string_view public_url, std::string_view connector_key, std::optional<InstanceId> instance
);

/// The request as its provider sent it: some sign the URL, of which a proxy may have changed the
/// host and cut the path. nullopt if it came so.
std::optional<http::Request> asProviderSent(
    const http::Request& request, std::string_view public_url
);

}  // namespace ferry::pipeline
