// Of WebhookReceiver: from what a verified notification is for to its answer.

#include "pipeline/webhook_receiver.h"

#include <utility>

namespace ferry::pipeline {

void WebhookReceiver::mark(std::vector<InstanceId> instances, Marking marking) {
    const TraceContext trace = marking.trace;
    parts_.notices.submitMark(
        std::move(instances),
        parts_.clock.now(),
        trace,
        [this, marking = std::move(marking)](const Status& status) {
            http::Response response = marked(status, marking);
            observe(marking.began_at, response.status);
            marking.answer(std::move(response));
        }
    );
}

http::Response WebhookReceiver::marked(const Status& status, const Marking& marking) {
    if (!status) return askToRetry(marking.request_id, "notice queue", status.error());
    marked_.add(marking.count);
    if (parts_.log.isOn(observe::LogLevel::Debug)) {
        parts_.log.debug(
            kComponent,
            "a webhook was accepted",
            {{"connector", marking.connector_key},
             {"instance_id", marking.first.value},
             {"instances", static_cast<std::int64_t>(marking.count)},
             {"request_id", marking.request_id},
             {"trace", traceIdText(marking.trace)}}
        );
    }
    if (parts_.notices_marked) parts_.notices_marked();
    return accepted();
}

http::Response WebhookReceiver::accepted() {
    http::Response response;
    response.content_type = "text/plain; charset=utf-8";
    return response;
}

}  // namespace ferry::pipeline
