// Of WebhookReceiver: from what a verified notification is for to its answer.

#include "pipeline/webhook_receiver.h"

#include <utility>

namespace ferry::pipeline {

/// Each change for the verified instances of its account.
std::vector<store::InboxChange> WebhookReceiver::changesFor(
    std::vector<BroughtChange> brought,
    const LookupResult& found,
    const std::vector<InstanceId>& verified
) {
    std::vector<store::InboxChange> changes;
    std::size_t next = 0;  // the verified ones are in the order of the matches
    for (std::size_t i = 0; i < found.matches.size() && next < verified.size(); ++i) {
        const InstanceId instance = found.matches[i].instance;
        if (verified[next] != instance) continue;
        ++next;
        for (const BroughtChange& change : brought) {
            if (!change.account.empty() && change.account != found.accounts[i]) continue;
            changes.push_back({instance, change.change_id, change.hint, change.raw});
        }
    }
    return changes;
}

void WebhookReceiver::mark(Accepted accepted, Marking marking) {
    const TraceContext trace = marking.trace;
    auto done = [this, marking = std::move(marking)](const Status& status) {
        http::Response response = marked(status, marking);
        observe(marking.began_at, response.status);
        marking.answer(std::move(response));
    };
    const TimePoint now = parts_.clock.now();
    if (accepted.changes.empty()) {
        parts_.notices.submitMark(std::move(accepted.instances), now, trace, std::move(done));
    } else {
        parts_.inbox.submit(std::move(accepted.changes), now, trace, std::move(done));
    }
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
