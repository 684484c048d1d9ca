// Of WebhookReceiver: providers that look whether a URL is there before they register it.

#include "pipeline/webhook_receiver.h"

namespace ferry::pipeline {

/// 200 where webhooks come by POST. Nothing of the request is looked at, so nothing is told that a
/// POST without a signature would not tell.
http::Response WebhookReceiver::answerHead(
    Provider& provider, std::optional<InstanceId> instance, const http::Request& request
) {
    if (instance) {
        const auto found = parts_.lookup.byInstance(provider.key(), *instance, {});
        if (!found && found.error().code == ErrorCode::NotFound) {
            return reject(
                request.request_id, Reason::UnknownInstance, 404, "no instance of this id"
            );
        }
        if (!found) return askToRetry(request.request_id, provider.key(), found.error());
    }
    // Nobody else knows whether the connector takes webhooks at all.
    http::Request nothing;
    nothing.method = "POST";
    const auto parsed = provider.parseNotification(nothing);
    if (parsed || parsed.error().code == ErrorCode::InvalidArgument) return accepted();
    if (parsed.error().code != ErrorCode::Unsupported)
        return askToRetry(request.request_id, provider.key(), parsed.error());
    return reject(
        request.request_id, Reason::UnknownConnector, 404, "this connector takes no webhooks"
    );
}

}  // namespace ferry::pipeline
