#include "pipeline/callback_event_data.h"

#include "base/ascii.h"
#include "base/json_writer.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

namespace ferry::pipeline {
namespace {

std::string textAt(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    if (member == object.MemberEnd() || !member->value.IsString()) return {};
    return {member->value.GetString(), member->value.GetStringLength()};
}

}  // namespace

EventFacts readEventFacts(const RecordedEvent& event) {
    EventFacts facts;
    rapidjson::Document body;
    body.Parse<rapidjson::kParseIterativeFlag>(event.body.data(), event.body.size());
    if (!body.HasParseError() && body.IsObject()) {
        facts.date = textAt(body, "date");
        facts.object_id = textAt(body, "objectId");
        const auto object = body.FindMember("object");
        if (object != body.MemberEnd() && object->value.IsObject()) {
            facts.path = textAt(object->value, "path");
        }
    }
    if (facts.date.empty()) facts.date = formatRfc3339(event.recorded_at);
    return facts;
}

std::string eventTypeText(const RecordedEvent& event) {
    return fmt::format(
        "{}.{}",
        objectTypeName(event.object_kind, event.object_type),
        lowerAscii(eventTypeName(event.type))
    );
}

std::string renderEventData(const InstanceSettings& settings, const RecordedEvent& event) {
    JsonWriter json;
    json.beginObject()
        .field("instanceId", settings.id.value)
        .field("instanceName", settings.name)
        .key("instanceTags")
        .beginArray();
    for (const std::string& tag : settings.tags)
        json.string(tag);
    json.endArray().endObject();
    std::string data = json.take();
    // The stored body is an object of the hub's own making: its members follow as they are.
    const std::string_view members =
        std::string_view(event.body).substr(1, event.body.size() < 2 ? 0 : event.body.size() - 2);
    data.pop_back();
    if (!members.empty()) data.append(",").append(members);
    if (!event.raw.empty()) data.append(R"(,"raw":)").append(event.raw);
    return data + '}';
}

}  // namespace ferry::pipeline
