#include "api/event_json.h"

#include "model/subscription_number.h"
#include "pipeline/callback_request.h"

#include <algorithm>

namespace ferry::api {
namespace {

TimePoint updatedAt(const Delivery& delivery) {
    return std::max(delivery.created_at, delivery.finished_at);
}

std::string_view messageOf(const Delivery& delivery) {
    if (delivery.state == DeliveryState::Delivered) return "Event delivered";
    const bool is_in_vain = delivery.state == DeliveryState::Dead || delivery.attempt_count > 0;
    return is_in_vain ? "Error delivering event" : "Waiting to be delivered";
}

void writeNotifiedData(JsonWriter& json, const Delivery& delivery) {
    json.beginObject()
        .field("message", messageOf(delivery))
        .field("notificationId", delivery.id.value)
        .field("status", deliveryStatus(delivery))
        .field("date", formatRfc3339(updatedAt(delivery)));
    if (delivery.last_status > 0) json.field("httpStatus", std::int64_t{delivery.last_status});
    if (!delivery.last_error.empty()) json.field("error", delivery.last_error);
    json.endObject();
}

}  // namespace

std::string_view eventStatus(std::span<const Delivery> deliveries) {
    const auto any = [&](auto is_so) {
        return std::any_of(deliveries.begin(), deliveries.end(), is_so);
    };
    if (any([](const Delivery& one) { return one.state == DeliveryState::Delivered; })) {
        return "NOTIFIED";
    }
    if (any([](const Delivery& one) {
            return one.state == DeliveryState::Dead || one.attempt_count > 0;
        })) {
        return "DISPATCHED";
    }
    return deliveries.empty() ? "RECEIVED" : "NEW";
}

std::string_view deliveryStatus(const Delivery& delivery) {
    if (isQueued(delivery)) return "queued";
    switch (delivery.state) {
        case DeliveryState::Waiting:
            return delivery.attempt_count > 0 ? "retry" : "created";
        case DeliveryState::Delivered:
            return "delivered";
        case DeliveryState::Dead:
            return "queued";
    }
    return "queued";
}

void writeAttempts(JsonWriter& json, const std::vector<store::DeliveryAttempt>& attempts) {
    json.beginArray();
    for (const store::DeliveryAttempt& attempt : attempts) {
        json.beginObject()
            .field("number", std::int64_t{attempt.number})
            .field("date", formatRfc3339(attempt.finished_at))
            .field("httpStatus", std::int64_t{attempt.status})
            .field("latency", static_cast<std::int64_t>(attempt.latency.count()))
            .field("error", attempt.error)
            .field("errorClass", attempt.error_class)
            .field("answer", attempt.answer);
        if (attempt.next_attempt_at) {
            json.field("nextAttemptDate", formatRfc3339(*attempt.next_attempt_at));
        }
        json.endObject();
    }
    json.endArray();
}

void writeDelivery(JsonWriter& json, const Delivery& delivery, const DeliveryDetails& details) {
    json.beginObject()
        .field("notificationId", delivery.id.value)
        .field("subscriptionId", subscriptionNumber({delivery.instance, delivery.callback}))
        .field("instanceId", delivery.instance.value)
        .field("status", deliveryStatus(delivery))
        .field("createdDate", formatRfc3339(delivery.created_at))
        .field("updatedDate", formatRfc3339(updatedAt(delivery)))
        .field("attemptCount", std::int64_t{delivery.attempt_count})
        .field("httpStatus", std::int64_t{delivery.last_status})
        .field("error", delivery.last_error);
    if (delivery.state == DeliveryState::Waiting && !isQueued(delivery)) {
        json.field("nextAttemptDate", formatRfc3339(delivery.next_attempt_at));
    }
    if (const std::string reason = pipeline::redeliveryOf(delivery); !reason.empty()) {
        json.field("redelivery", reason);
    }
    if (details.attempts != nullptr) {
        json.key("attempts");
        writeAttempts(json, *details.attempts);
    }
    if (!details.notification.empty()) json.key("notification").raw(details.notification);
    if (!details.subscription.empty()) json.key("subscription").raw(details.subscription);
    json.endObject();
}

void writeEvent(
    JsonWriter& json,
    const RecordedEvent& event,
    std::span<const Delivery> deliveries,
    const std::vector<std::vector<store::DeliveryAttempt>>* attempts
) {
    json.beginObject()
        .field("id", event.id)
        .field("eventDate", formatRfc3339(event.recorded_at))
        .field("status", eventStatus(deliveries))
        .field("providerData", event.raw)
        .field("elementInstanceId", event.instance.value);
    json.key("event").raw(event.body);
    json.key("notifiedData").beginArray();
    for (const Delivery& delivery : deliveries)
        writeNotifiedData(json, delivery);
    json.endArray();
    json.key("eventElementInstances").beginArray();
    for (const Delivery& delivery : deliveries) {
        json.beginObject()
            .field("eventId", event.id)
            .field("elementInstanceId", event.instance.value)
            .field("notificationId", delivery.id.value)
            .field("createdDate", formatRfc3339(delivery.created_at))
            .field("updatedDate", formatRfc3339(updatedAt(delivery)));
        json.key("notifiedData").beginArray();
        writeNotifiedData(json, delivery);
        json.endArray().endObject();
    }
    json.endArray();
    if (attempts != nullptr) {
        json.key("deliveries").beginArray();
        for (std::size_t i = 0; i < deliveries.size(); ++i)
            writeDelivery(json, deliveries[i], {&(*attempts)[i]});
        json.endArray();
    }
    json.endObject();
}

void writeDisposition(
    JsonWriter& json, const RecordedEvent& event, std::span<const Delivery> deliveries
) {
    json.beginObject()
        .field("eventId", event.id)
        .field("elementInstanceId", event.instance.value)
        .field("eventDate", formatRfc3339(event.recorded_at))
        .field("status", eventStatus(deliveries));
    json.key("notificationData").beginArray();
    for (const Delivery& delivery : deliveries)
        writeNotifiedData(json, delivery);
    json.endArray().endObject();
}

}  // namespace ferry::api
