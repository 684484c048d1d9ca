#include "pipeline/callback_body.h"

#include "base/check.h"
#include "base/crypto.h"
#include "model/callback_event_id.h"
#include "model/topic.h"
#include "pipeline/callback_cloudevents.h"
#include "pipeline/callback_event_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ferry::pipeline {
namespace {

void renderRecords(const CallbackPage& page, JsonWriter& json) {
    json.key("raw").beginObject().key("records").beginArray();
    std::string_view previous;
    for (const RecordedEvent& event : page.records.empty() ? page.events : page.records) {
        if (event.raw.empty() || event.raw == previous) continue;
        previous = event.raw;
        json.raw(event.raw);
    }
    json.endArray().endObject();
}

std::string eventIdOf(const CallbackPage& page) {
    return page.event_id.empty() ? callbackEventId(page.delivery, page.events)
                                 : std::string(page.event_id);
}

void renderOpenConnectors(const CallbackPage& page, JsonWriter& json) {
    const InstanceSettings& settings = page.settings;
    json.beginObject()
        .field("id", std::to_string(page.delivery.id.value))
        .field("topic", topicText(settings.id, settings.connector_key))
        .field("severity", "medium")
        .field("action", "create")
        .field("createdDate", formatJavaDate(page.delivery.created_at))
        .field("user", page.hub.user);
    json.key("message")
        .beginObject()
        .field("elementKey", settings.connector_key)
        .field("accountId", page.hub.account_id)
        .field("companyId", page.hub.company_id)
        .field("userId", page.hub.user_id)
        .field("eventId", eventIdOf(page))
        .field("instanceId", settings.id.value)
        .field("instance_id", settings.id.value)
        .field("instanceName", settings.name);
    json.key("instanceTags").beginArray();
    for (const std::string& tag : settings.tags)
        json.string(tag);
    json.endArray();
    renderRecords(page, json);
    json.key("events").beginArray();
    for (const RecordedEvent& event : page.events)
        json.raw(event.body);
    json.endArray().endObject().endObject();
}

void renderStandardWebhooks(const CallbackPage& page, JsonWriter& json) {
    const RecordedEvent& event = page.events.front();
    json.beginObject()
        .field("type", eventTypeText(event))
        .field("timestamp", readEventFacts(event).date)
        .key("data")
        .raw(renderEventData(page.settings, event));
    json.endObject();
}

constexpr std::array kFormats{
    CallbackFormatEntry{
        CallbackFormat::OpenConnectors,
        "open-connectors",
        "",
        "application/json",
        kEventsPerDeliveryMax,
        renderOpenConnectors,
        nullptr},
    CallbackFormatEntry{
        CallbackFormat::StandardWebhooks,
        "standard-webhooks",
        "",
        "application/json",
        1,
        renderStandardWebhooks,
        nullptr},
    CallbackFormatEntry{
        CallbackFormat::CloudEventsBatched,
        "cloudevents",
        "batched",
        "application/cloudevents-batch+json",
        kEventsPerDeliveryMax,
        renderCloudEventBatch,
        nullptr},
    CallbackFormatEntry{
        CallbackFormat::CloudEventsStructured,
        "cloudevents",
        "structured",
        "application/cloudevents+json",
        1,
        renderStructuredCloudEvent,
        nullptr},
    CallbackFormatEntry{
        CallbackFormat::CloudEventsBinary,
        "cloudevents",
        "binary",
        "application/json",
        1,
        renderCloudEventData,
        addCloudEventHeaders},
};

}  // namespace

std::span<const CallbackFormatEntry> callbackFormats() {
    return kFormats;
}

const CallbackFormatEntry& callbackFormat(CallbackFormat format) {
    const auto found =
        std::find_if(kFormats.begin(), kFormats.end(), [format](const CallbackFormatEntry& entry) {
            return entry.format == format;
        });
    FERRY_CHECK(found != kFormats.end(), "callback format without a renderer");
    return *found;
}

CallbackFormat findCallbackFormat(std::string_view name, std::string_view mode) {
    const CallbackFormatEntry* of_name = nullptr;
    for (const CallbackFormatEntry& entry : kFormats) {
        if (entry.name != name) continue;
        if (entry.mode == mode) return entry.format;
        if (of_name == nullptr) of_name = &entry;
    }
    return of_name == nullptr ? CallbackFormat::OpenConnectors : of_name->format;
}

std::string callbackEventId(const Delivery& delivery, std::span<const RecordedEvent> events) {
    constexpr std::size_t kCheckBytes = 6;
    // Numbers of one store may come again in another; the time and the event's id do not.
    const Digest256 digest = sha256(fmt::format(
        "ferry/callback/{}/{}/{}/{}",
        delivery.instance.value,
        delivery.id.value,
        toEpochMilliseconds(delivery.created_at),
        events.empty() ? std::string_view() : std::string_view(events.front().id)
    ));
    CallbackEventIdParts parts{delivery.instance, delivery.id};
    for (const char byte : asText(digest).substr(0, kCheckBytes))
        parts.check = parts.check << 8U | static_cast<unsigned char>(byte);
    return makeCallbackEventId(parts);
}

std::string renderCallbackBody(const CallbackPage& page) {
    constexpr std::size_t kAroundThem = 2'048;
    std::size_t bytes = kAroundThem;
    for (const RecordedEvent& event : page.events)
        bytes += event.body.size() + event.raw.size();
    JsonWriter json;
    json.reserve(bytes);
    callbackFormat(page.settings.format).render(page, json);
    return json.take();
}

std::string renderNotification(const CallbackPage& page) {
    JsonWriter json;
    renderOpenConnectors(page, json);
    return json.take();
}

}  // namespace ferry::pipeline
