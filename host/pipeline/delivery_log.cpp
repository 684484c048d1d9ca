// What people are told about deliveries that do not get through.

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
         {"error", outcome.error}}
    );
}

}  // namespace ferry::pipeline
