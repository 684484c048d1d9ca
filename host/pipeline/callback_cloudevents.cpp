#include "pipeline/callback_cloudevents.h"

#include "pipeline/callback_event_data.h"
#include "pipeline/callback_trace.h"

#include <fmt/format.h>

namespace ferry::pipeline {
namespace {

/// How many bytes the character at the beginning of `text` has that no attribute may hold; 0 if
/// there is none. Such are control characters and noncharacters (CloudEvents 1.0.2, "Type System");
/// `text` is UTF-8.
std::size_t forbiddenAt(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x20 || first == 0x7f) return 1;
    if (first == 0xc2 && byte(1) < 0xa0) return 2;                      // U+0080 to U+009F
    const bool is_of_three = first == 0xef && byte(1) == 0xb7;          // U+FDC0 to U+FDFF
    if (is_of_three && byte(2) >= 0x90 && byte(2) <= 0xaf) return 3;    // U+FDD0 to U+FDEF
    if (first == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe) return 3;  // U+FFFE, U+FFFF
    // U+1FFFE, U+1FFFF and so on: the last two of each plane.
    const bool is_end_of_plane = (byte(1) & 0x0f) == 0x0f && byte(2) == 0xbf && byte(3) >= 0xbe;
    return first >= 0xf0 && is_end_of_plane ? 4 : 0;
}

std::string toAttribute(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (const std::size_t bytes = forbiddenAt(text); bytes > 0) {
            out += "\uFFFD";
            text.remove_prefix(bytes);
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

void renderEvent(const CallbackPage& page, const RecordedEvent& event, JsonWriter& json) {
    json.beginObject();
    for (const auto& [name, value] : cloudEventAttributes(page, event))
        json.field(name, value);
    json.field("datacontenttype", "application/json")
        .key("data")
        .raw(renderEventData(page.settings, event));
    json.endObject();
}

}  // namespace

std::vector<std::pair<std::string_view, std::string>> cloudEventAttributes(
    const CallbackPage& page, const RecordedEvent& event
) {
    const InstanceSettings& settings = page.settings;
    const EventFacts facts = readEventFacts(event);
    const std::string object_id = toAttribute(facts.object_id);
    std::vector<std::pair<std::string_view, std::string>> attributes = {
        {"specversion", "1.0"},
        {"id", event.id},
        {"source", fmt::format("/hubs/{}/instances/{}", page.hub.hub_id, settings.id.value)},
        {"type", fmt::format("com.{}.{}", settings.connector_key, eventTypeText(event))},
        {"time", facts.date},
        // Texts of one length sort as their numbers do.
        {"sequence", fmt::format("{:019}", event.number.value)},
    };
    const std::string subject = facts.path.empty() ? object_id : toAttribute(facts.path);
    if (!subject.empty()) attributes.emplace_back("subject", subject);
    if (!object_id.empty()) attributes.emplace_back("partitionkey", object_id);
    attributes.emplace_back("traceparent", deliveryTraceparent(page.delivery, page.hub));
    return attributes;
}

void renderStructuredCloudEvent(const CallbackPage& page, JsonWriter& json) {
    renderEvent(page, page.events.front(), json);
}

void renderCloudEventBatch(const CallbackPage& page, JsonWriter& json) {
    json.beginArray();
    for (const RecordedEvent& event : page.events)
        renderEvent(page, event, json);
    json.endArray();
}

void renderCloudEventData(const CallbackPage& page, JsonWriter& json) {
    json.raw(renderEventData(page.settings, page.events.front()));
}

void addCloudEventHeaders(const CallbackPage& page, http::Headers& headers) {
    for (const auto& [name, value] : cloudEventAttributes(page, page.events.front()))
        headers.add("ce-" + std::string(name), encodeCloudEventHeader(value));
}

std::string encodeCloudEventHeader(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (const char c : value) {
        if (c > ' ' && c <= '~' && c != '"' && c != '%') {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

}  // namespace ferry::pipeline
