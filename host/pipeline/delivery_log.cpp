// What people are told about deliveries that do not get through.

#include "pipeline/callback_trace.h"
#include "pipeline/delivery_worker.h"

namespace ferry::pipeline {

std::string DeliveryWorker::nameOf(InstanceId id) {
    const auto settings = services_.settings.get(id);
    return settings ? (*settings)->name : std::to_string(id.value);
}

void DeliveryWorker::tell(
    std::string_view what, const Delivery& delivery, const AttemptOutcome& outcome
) {
    services_.log.warning(
        "delivery",
        what,
        {{"instance", nameOf(delivery.instance)},
         {"delivery", delivery.id.value},
         {"attempts", std::int64_t{outcome.attempt_count}},
         {"error", outcome.error},
         {"trace", traceTextOf(delivery)}}
    );
}

void DeliveryWorker::tellRecovery(const Delivery& delivery, TimePoint failed_since) {
    services_.log.info(
        "delivery",
        "a callback that failed accepts deliveries again",
        {{"instance", nameOf(delivery.instance)},
         {"delivery", delivery.id.value},
         {"failed_since", formatRfc3339(failed_since)}}
    );
}

std::string DeliveryWorker::traceTextOf(const Delivery& delivery) const {
    return traceIdText(callbackTrace(delivery, options_.request.hub));
}

/// What happens all the time.
void DeliveryWorker::noteAttempt(const InFlight& attempt, const AttemptOutcome& outcome) {
    if (!services_.log.isOn(observe::LogLevel::Debug)) return;
    services_.log.debug(
        "delivery",
        outcome.error.empty() ? "a callback was accepted" : "an attempt failed",
        {{"instance", attempt.settings->name},
         {"delivery", attempt.delivery.id.value},
         {"attempts", std::int64_t{outcome.attempt_count}},
         {"status", std::int64_t{outcome.status}},
         {"latency_ms", static_cast<std::int64_t>(outcome.latency.count())},
         {"error", outcome.error},
         {"trace", traceTextOf(attempt.delivery)}}
    );
}

}  // namespace ferry::pipeline
